// Notes as they are collected, with texts that no document brings about yet.
#include <criterion/criterion.h>

#include <nlohmann/json.hpp>
#include <string>

#include "config/notes.hpp"
#include "farspan/model.h"

using farspan::config::note_list;

// Characters of one to four bytes end at every place around the longest text.
Test(notes, texts_are_utf8_however_long) {
    for (const char* character : {"a", "\u00e9", "\u4e2d", "\U0001f600"})
        for (std::size_t shift = 0; shift < 4; ++shift) {
            std::string quoted(shift, 'x');
            for (int n = 0; n < 600; ++n) quoted += character;
            note_list notes;
            notes.add(FARSPAN_NOTE_DERIVED, "$.a", "%s", quoted.c_str());
            const std::string& text = notes.all().front().text;
            cr_expect_no_throw(nlohmann::json(text).dump(), nlohmann::json::exception);
            cr_expect(quoted.starts_with(text) && text.size() > 500, "%zu bytes", text.size());
        }
}

Test(notes, bytes_that_are_no_text_become_question_marks) {
    note_list notes;
    notes.add(FARSPAN_NOTE_DERIVED, "$.a", "is %s, not %s", "\xff\xc3", "\xed\xa0\x80");
    cr_expect(notes.all().front().text == "is ??, not ???", "%s", notes.all().front().text.c_str());
}

Test(notes, each_once) {
    note_list notes;
    for (int n = 0; n < 3; ++n) notes.add(FARSPAN_NOTE_LENGTHS, "$.a", "%d", n / 2);
    cr_expect(notes.all().size() == 2 && notes.all().front().severity == FARSPAN_SEVERITY_WARNING);
}
