#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace zke {

/// The one connection to a member: who finds it busy waits until it is freed.
struct Line {
  explicit Line(const boost::asio::any_io_executor& loop)
      : freed(loop, std::chrono::steady_clock::time_point::max()) {}

  bool is_busy = false;
  boost::asio::steady_timer freed;  ///< cancelled when it is not busy any more
};

/// The lines of all members that somebody holds: a member that comes back, while the one that it
/// follows still ends, has the same line.
class Lines : public std::enable_shared_from_this<Lines> {
 public:
  std::shared_ptr<Line> find(const boost::asio::any_io_executor& loop, const std::string& member) {
    auto& known = lines_[member];
    auto line = known.lock();
    if (!line) {
      auto made = std::make_unique<Line>(loop);
      line = {made.release(), [lines = weak_from_this(), member](const Line* end) {
                std::default_delete<const Line>()(end);
                if (const auto alive = lines.lock()) {
                  alive->lines_.erase(member);
                }
              }};
      known = line;
    }
    return line;
  }

 private:
  std::map<std::string, std::weak_ptr<Line>> lines_;
};

}  // namespace zke
