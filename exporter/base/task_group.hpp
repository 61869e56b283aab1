#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace zke {

/// Coroutines that belong to one owner: begun here, told to end together, and waited for. What they
/// use must live until join() is done, or until the loop does not run any more.
class TaskGroup {
 public:
  explicit TaskGroup(boost::asio::any_io_executor loop);
  ~TaskGroup() = default;
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  TaskGroup(TaskGroup&&) = delete;
  TaskGroup& operator=(TaskGroup&&) = delete;

  /// Begins `work` at once; nothing after cancel(). An exception that leaves it is a bug of ours:
  /// it is logged under `name` and ends the process. (`asio::detached` would hide it.)
  void spawn(std::string name, boost::asio::awaitable<void> work);

  /// Ends what every task waits for now with operation_aborted; its next `co_await` throws, so that
  /// its frames unwind. A task that learns something by such a wait must ask is_cancelled() before
  /// it believes it.
  void cancel();
  bool is_cancelled() const;

  /// Waits until no task is left; false when some are at `deadline`. Not for the tasks themselves.
  boost::asio::awaitable<bool> join(std::chrono::steady_clock::time_point deadline =
                                        std::chrono::steady_clock::time_point::max());

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace zke
