// The tasks of a run once the keys of a wave of key heads are packed: a block of query rows of one head, or of some heads
// of a group that have few rows. Their list depends on the shape and on the threads of the plan; the bits do not depend
// on it, since each task writes its own rows.
#pragma once

#include "plan/plan.hpp"

namespace farspan {

struct wave_task {
    int64_t slot;           // of the wave
    int64_t member, heads;  // the first head within the group, and how many
    int64_t block;
};

class wave_tasks {
public:
    wave_tasks(const plan& plan, int64_t slots);
    int64_t count() const { return slots_ * pieces_ * blocks_; }
    wave_task operator[](int64_t number) const;

private:
    const int64_t slots_, blocks_, group_;
    int64_t together_, pieces_;  // heads of a task; tasks of a block of all heads of a group
    bool largest_first_;
};

}  // namespace farspan
