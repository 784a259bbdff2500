// RULER's tasks and their scores.
#include "api/eval_checks.hpp"
#include "api/handles.hpp"
#include "eval/ruler.hpp"

namespace farspan {
namespace {

farspan_ruler_config read_ruler(const farspan_ruler_config* config) {
    const farspan_ruler_config given = read_struct(required(config, "config"), default_ruler(0), "config");
    check_ruler(given);
    return given;
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_ruler_config_init(farspan_ruler_config* config, size_t size, int32_t task) {
    write_defaults(config, size, default_ruler(task));
}
void farspan_ruler_info_init(farspan_ruler_info* info, size_t size) {
    write_defaults(info, size, farspan_ruler_info{});
}
void farspan_recall_init(farspan_recall* recall, size_t size) { write_defaults(recall, size, farspan_recall{}); }

farspan_status farspan_ruler_describe(const farspan_context* context, const farspan_ruler_config* config,
                                      farspan_ruler_info* info, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_ruler_config given = read_ruler(config);
        farspan_ruler_info& answer = required_result(info, "info");
        pacer pace(settings(context).cancel);
        farspan_ruler_info made = describe_ruler_ids(given, pace);
        made.least_bytes = least_ruler_bytes(given, pace);
        write_struct(answer, made);
    });
}

farspan_status farspan_ruler_text(const farspan_context* context, const farspan_ruler_config* config,
                                  const char* haystack, int64_t haystack_bytes, int32_t part, char* buffer,
                                  int64_t buffer_bytes, int64_t* needed, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_ruler_config given = read_ruler(config);
        const std::string_view essay = read_text(haystack, haystack_bytes, "haystack");
        check_prompt_part(part);
        const text_result text(buffer, buffer_bytes, needed);
        pacer pace(settings(context).cancel);
        const ruler_text made(given, essay, part, pace);
        if (char* room = text.room_for(made.bytes())) made.write(room, pace);
    });
}

farspan_status farspan_ruler_ids(const farspan_context* context, const farspan_ruler_config* config,
                                 const int64_t* marks, int64_t marks_count, const int64_t* vocabulary,
                                 int64_t vocabulary_count, const int64_t* haystack, int64_t haystack_count,
                                 int32_t part, int64_t* ids, int64_t ids_count, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_ruler_config given = read_ruler(config);
        const ruler_ids names{read_ids(marks, marks_count, "marks"),
                              read_ids(vocabulary, vocabulary_count, "vocabulary"),
                              read_ids(haystack, haystack_count, "haystack")};
        check_prompt_part(part);
        check_list(ids, ids_count, int64_t{1} << 40, "ids");
        pacer pace(settings(context).cancel);
        write_ruler_ids(given, names, part, {ids, static_cast<std::size_t>(ids_count)}, pace);
    });
}

farspan_status farspan_ruler_score(const farspan_context* context, const char* answers, int64_t answers_bytes,
                                   const char* generated, int64_t generated_bytes, farspan_recall* recall,
                                   farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const std::string_view expected = read_text(answers, answers_bytes, "answers");
        const std::string_view text = read_text(generated, generated_bytes, "generated");
        farspan_recall& result = required_result(recall, "recall");
        pacer pace(settings(context).cancel);
        write_struct(result, score_answers(expected, text, pace));
    });
}

farspan_status farspan_ruler_score_ids(const farspan_context* context, const int64_t* answers, int64_t answers_count,
                                       int64_t answer_ids, const int64_t* generated, int64_t generated_count,
                                       farspan_recall* recall, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const std::span<const int64_t> expected = read_ids(answers, answers_count, "answers");
        const std::span<const int64_t> ids = read_ids(generated, generated_count, "generated");
        farspan_recall& result = required_result(recall, "recall");
        pacer pace(settings(context).cancel);
        write_struct(result, score_answers(expected, answer_ids, ids, pace));
    });
}

}  // extern "C"
