#pragma once

#include <chrono>
#include <string_view>

namespace zke {

/// Opens something in the place of closed standard streams, so that no socket takes it: it would
/// get our output. Writing to such a stream fails.
void fill_standard_streams();

/// Writes the whole text to `fd`; false when it can't be written, or is not taken before
/// `deadline`. SIGPIPE must be ignored.
bool write_all(int fd, std::string_view text, std::chrono::steady_clock::time_point deadline);

/// The same within a second: for what is said just before the end.
bool write_all(int fd, std::string_view text);

}  // namespace zke
