// Runs models over windows under schemes and collects the loss of every scored byte.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "methods.hpp"
#include "model.hpp"
#include "windows.hpp"

namespace tool {

// One model under one scheme at one window length.
struct cell {
    const language_model* model;
    int64_t length;
    recipe how;
    std::vector<double> losses;          // [stretches.scored()], nats
    std::vector<double> segment_losses;  // [stretches.count() * segment]
};

struct evaluation_options {
    int32_t threads = 0;  // 0: what the library would use
    int32_t isa = 0;      // FARSPAN_ISA_*
    bool decode = false;  // byte by byte over a cache instead of whole windows at once: the same losses, slower
    // Called under a lock each time a cell is finished, with the share of all work that is done, 0 .. 1.
    std::function<void(const cell&, double done)> on_finished;
};

// Fills the losses of all cells. Work is divided by batches of windows, so the numbers do not depend on the threads.
void evaluate(std::vector<cell>& cells, const std::vector<uint8_t>& text, const stretches& where,
              const evaluation_options& options);

}  // namespace tool
