#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace zke {

/// The one connection that a member may have: who finds it busy waits until it is freed.
struct ConnectionSlot {
  explicit ConnectionSlot(const boost::asio::any_io_executor& loop)
      : freed(loop, std::chrono::steady_clock::time_point::max()) {}

  bool is_busy = false;
  boost::asio::steady_timer freed;  ///< cancelled when it is not busy any more
};

/// The slots of all members that somebody holds: a member that comes back, while the polls before
/// it still end, has the same slot.
class ConnectionSlots : public std::enable_shared_from_this<ConnectionSlots> {
 public:
  std::shared_ptr<ConnectionSlot> find(const boost::asio::any_io_executor& loop,
                                       const std::string& member) {
    auto& known = slots_[member];
    auto slot = known.lock();
    if (!slot) {
      auto made = std::make_unique<ConnectionSlot>(loop);
      slot = {made.release(), [slots = weak_from_this(), member](const ConnectionSlot* end) {
                std::default_delete<const ConnectionSlot>()(end);
                if (const auto alive = slots.lock()) {
                  alive->slots_.erase(member);
                }
              }};
      known = slot;
    }
    return slot;
  }

 private:
  std::map<std::string, std::weak_ptr<ConnectionSlot>> slots_;
};

}  // namespace zke
