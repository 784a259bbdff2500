// How far a long command is: one line on a terminal that is written over; elsewhere a line every few seconds.
#pragma once

#include <chrono>
#include <string>

namespace tool {

class progress {
public:
    explicit progress(bool quiet);

    void show(double done, const std::string& what);  // done: 0 .. 1
    double finish();                                  // clears the line; seconds since the start

private:
    using clock = std::chrono::steady_clock;
    double seconds(clock::time_point now) const;

    bool quiet_, terminal_;
    clock::time_point started_, shown_;
};

}  // namespace tool
