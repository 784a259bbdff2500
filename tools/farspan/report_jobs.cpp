#include "report_jobs.hpp"

#include <cblas.h>

#include <algorithm>
#include <mutex>
#include <numeric>

#include "context.hpp"
#include "workers.hpp"

namespace tool {
namespace {

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> out(a.size());
    for (size_t n = 0; n < a.size(); ++n) out[n] = a[n] - b[n];
    return out;
}

void collect_line(const std::vector<const cell*>& cells, const std::vector<farspan_interval>& intervals,
                  const stretches& where, series& line) {
    const cell* reference = nullptr;
    for (const cell* c : cells)
        if (c->length <= line.trained_length || !reference) reference = c;
    for (size_t at = 0; at < cells.size(); ++at) {
        const cell& c = *cells[at];
        point& p = line.points[at];
        p.loss = summarize(c.losses);
        p.segment = summarize(c.segment_losses);
        p.change = summarize(difference(c.losses, reference->losses));
        p.segment_change = summarize(difference(c.segment_losses, reference->segment_losses));
        p.interval = intervals[at];
        p.blocks = block_means(c.losses);
        if (c.length == where.length) line.context_curve = curve_by_context(c.losses, c.length);
    }
    judge(line);
}

struct task_result {
    std::vector<passkey_result> passkeys;
    std::optional<continuation_result> continuation;
};

task_result run_tasks_of(const cell& c, const farspan::context* context, const std::vector<uint8_t>& text,
                         const task_options& o) {
    const task_setting setting{context, c.model, &c.how, c.length};
    task_result result;
    if (o.passkey.trials > 0 && passkey_fits(o.passkey, c.length)) result.passkeys = find_passkeys(setting, o.passkey);
    if (o.continued.count() > 0 && c.length > o.continued.segment)
        result.continuation = continue_segments(setting, text, o.continued);
    return result;
}

}  // namespace

void add_model(const language_model& model, const std::vector<std::string>& methods,
               const std::vector<int64_t>& lengths, job_list& jobs) {
    std::vector<std::string> marks(jobs.cells.size());  // fingerprints; those of earlier models never match
    const size_t first_line = jobs.lines.size();
    for (const std::string& name : methods) {
        series line;
        line.tuned = !model.config.tuned.base_model.empty();
        line.model = line.tuned ? model.config.tuned.base_model : model.name;
        line.position = model.config.position.method;
        line.method = row_name(model.config, name);
        line.trained_length = model.config.trained_length;
        std::vector<size_t> used;
        for (const int64_t length : lengths) {
            recipe how = derive(model, name, length);
            const farspan::scheme scheme = make_scheme(how);
            const std::string mark = std::to_string(length) + " " + fingerprint(scheme, length);
            const auto known = std::find(marks.begin(), marks.end(), mark);
            used.push_back(static_cast<size_t>(known - marks.begin()));
            point p{};
            p.length = length;
            if (length > line.trained_length || !how.text.empty())
                p.scheme = nlohmann::ordered_json::parse(scheme.to_json());
            line.points.push_back(std::move(p));
            if (known != marks.end()) continue;
            marks.push_back(mark);
            jobs.cells.push_back({&model, length, std::move(how), {}, {}});
            jobs.cell_methods.push_back(name);
        }
        for (size_t earlier = first_line; earlier < jobs.lines.size() && line.same_as.empty(); ++earlier)
            if (jobs.cell_of[earlier] == used) line.same_as = jobs.lines[earlier].method;
        jobs.lines.push_back(std::move(line));
        jobs.cell_of.push_back(std::move(used));
    }
}

void collect_losses(const farspan::context* context, const stretches& where, job_list& jobs) {
    std::vector<farspan_interval> intervals;
    for (const cell& c : jobs.cells) intervals.push_back(mean_interval(context, block_means(c.losses)));
    for (size_t n = 0; n < jobs.lines.size(); ++n) {
        std::vector<const cell*> cells;
        std::vector<farspan_interval> of_line;
        for (const size_t index : jobs.cell_of[n]) {
            cells.push_back(&jobs.cells[index]);
            of_line.push_back(intervals[index]);
        }
        collect_line(cells, of_line, where, jobs.lines[n]);
    }
}

void run_tasks(const std::vector<uint8_t>& text, const task_options& o, job_list& jobs) {
    if (o.passkey.trials == 0 && o.continued.count() == 0) return;
    std::vector<size_t> order(jobs.cells.size());  // the longest first, so that no thread is left with them at the end
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return jobs.cells[a].length > jobs.cells[b].length; });
    double total = 0, done = 0;
    for (const cell& c : jobs.cells) total += static_cast<double>(c.length);

    std::vector<task_result> results(jobs.cells.size());
    std::mutex lock;
    openblas_set_num_threads(1);
    const int32_t threads = make_context(o.threads, o.isa).threads();
    share_work(threads, static_cast<int64_t>(order.size()), [&] {
        return [&, context = make_context(1, o.isa)](int64_t n) {
            const size_t index = order[static_cast<size_t>(n)];
            results[index] = run_tasks_of(jobs.cells[index], &context, text, o);
            const std::lock_guard guard(lock);
            done += static_cast<double>(jobs.cells[index].length);
            if (o.on_finished) o.on_finished(jobs.cells[index], done / total);
        };
    });
    for (size_t n = 0; n < jobs.lines.size(); ++n)
        for (size_t at = 0; at < jobs.lines[n].points.size(); ++at) {
            const task_result& found = results[jobs.cell_of[n][at]];
            jobs.lines[n].points[at].passkeys = found.passkeys;
            jobs.lines[n].points[at].continuation = found.continuation;
        }
}

}  // namespace tool
