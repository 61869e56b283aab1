#include "base/spawn.hpp"

#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "base/log.hpp"

namespace zke {

void spawn(const boost::asio::any_io_executor& on, std::string name,
           boost::asio::awaitable<void> work) {
  boost::asio::co_spawn(
      on, std::move(work), [name = std::move(name)](const std::exception_ptr& escaped) {
        if (!escaped) {
          return;
        }
        try {
          std::rethrow_exception(escaped);
        } catch (const std::exception& e) {
          log::error("bug: an exception ended a task", {{"task", name}, {"error", e.what()}});
        }
        std::abort();
      });
}

}  // namespace zke
