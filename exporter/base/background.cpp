#include "base/background.hpp"

#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/signals.hpp"

namespace zke {

/// What a thread shares with its owner; it outlives it when it hangs.
struct Background::Gate {
  std::mutex mutex;
  bool closed = false;
};

Background::Background(boost::asio::any_io_executor loop)
    : loop_(std::move(loop)), gate_(std::make_shared<Gate>()) {}

void Background::close() {
  const std::lock_guard lock(gate_->mutex);
  gate_->closed = true;
}

bool Background::run(std::function<Done()> work) {
  try {
    std::thread([gate = gate_, loop = loop_, work = std::move(work)] {
      hold_signals();  // they are the loop's, which may end before this
      auto done = work();
      const std::lock_guard lock(gate->mutex);
      if (!gate->closed) {  // else the loop may be gone
        boost::asio::post(loop, [gate, done = std::move(done)] {
          if (!gate->closed) {  // it is closed on this thread, or the loop does not run
            done();
          }
        });
      }
    }).detach();
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

}  // namespace zke
