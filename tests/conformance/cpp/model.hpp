// Cases about models, through farspan/cpp/model.hpp.
#pragma once

#include "farspan/cpp/model.hpp"
#include "outcome.hpp"

namespace conformance {

// The model of a case.
farspan::model make_model(outcome& result, const json& one);

void model_describe(outcome& result, const json& one, const farspan::context&);
void model_layer_at(outcome& result, const json& one, const farspan::context&);
void model_note_at(outcome& result, const json& one, const farspan::context&);

}  // namespace conformance
