#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/address.hpp"

namespace zke {

/// The one connection that a server may have: who finds it busy waits until it is freed.
struct ConnectionSlot {
  explicit ConnectionSlot(const boost::asio::any_io_executor& loop)
      : freed(loop, std::chrono::steady_clock::time_point::max()) {}

  bool is_busy = false;
  boost::asio::steady_timer freed;  ///< cancelled when it is not busy any more
};

/// The slots of all servers that somebody holds. A member that comes back, or moves to another
/// ensemble, while its polls from before still end, has the same slot.
class ConnectionSlots : public std::enable_shared_from_this<ConnectionSlots> {
 public:
  std::shared_ptr<ConnectionSlot> find(const boost::asio::any_io_executor& loop,
                                       const Address& server) {
    const auto key = server_key(server);
    auto& known = slots_[key];
    auto slot = known.lock();
    if (!slot) {
      auto made = std::make_unique<ConnectionSlot>(loop);
      slot = {made.release(), [slots = weak_from_this(), key](const ConnectionSlot* end) {
                std::default_delete<const ConnectionSlot>()(end);
                if (const auto alive = slots.lock()) {
                  alive->slots_.erase(key);
                }
              }};
      known = slot;
    }
    return slot;
  }

  std::size_t size() const { return slots_.size(); }

 private:
  std::map<std::string, std::weak_ptr<ConnectionSlot>> slots_;  ///< by server_key
};

}  // namespace zke
