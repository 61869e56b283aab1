#include "base/task_group.hpp"

#include <cstdlib>
#include <exception>
#include <list>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"

namespace zke {

namespace asio = boost::asio;

struct TaskGroup::State {
  explicit State(asio::any_io_executor its_loop)
      : loop(std::move(its_loop)), news(loop, asio::steady_timer::time_point::max()) {}

  asio::any_io_executor loop;
  std::list<asio::cancellation_signal> tasks;
  bool is_cancelled = false;
  asio::steady_timer news;  ///< cancelled when a task has ended
};

namespace {

/// Runs `work`, unless its group was cancelled before. Whatever leaves it does so when the task can
/// be awaited again: co_spawn's own last step must not throw because of a cancellation.
asio::awaitable<void> shield(asio::awaitable<void> work, const bool& is_cancelled) {
  std::exception_ptr escaped;
  try {
    if (!is_cancelled) {
      co_await std::move(work);
    }
  } catch (...) {
    escaped = std::current_exception();
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  if (escaped) {
    std::rethrow_exception(escaped);
  }
}

/// An exception that leaves a task is a bug, unless that is how it was cancelled.
void check_end(const std::exception_ptr& escaped, const std::string& name, bool is_cancelled) {
  if (!escaped) {
    return;
  }
  std::string what;
  try {
    std::rethrow_exception(escaped);
  } catch (const boost::system::system_error& e) {
    if (is_cancelled && e.code() == asio::error::operation_aborted) {
      return;
    }
    what = e.what();
  } catch (const std::exception& e) {
    what = e.what();
  }
  log::error("bug: an exception ended a task", {{"task", name}, {"error", what}});
  std::abort();
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor loop)
    : state_(std::make_shared<State>(std::move(loop))) {}

void TaskGroup::spawn(std::string name, asio::awaitable<void> work) {
  if (state_->is_cancelled) {
    return;
  }
  const auto task = state_->tasks.emplace(state_->tasks.end());
  auto end = [state = state_, task, name = std::move(name)](const std::exception_ptr& escaped) {
    check_end(escaped, name, state->is_cancelled);
    state->tasks.erase(task);
    state->news.cancel();
  };
  asio::co_spawn(state_->loop, shield(std::move(work), state_->is_cancelled),
                 asio::bind_cancellation_slot(task->slot(), std::move(end)));
}

void TaskGroup::cancel() {
  state_->is_cancelled = true;
  // On the loop at once. From outside, Asio itself would put off each signal, but not look whether
  // its task is still there then.
  asio::dispatch(state_->loop, [state = state_] {
    for (auto task = state->tasks.begin(); task != state->tasks.end();) {
      auto& signal = *task++;  // a task may end at once
      signal.emit(asio::cancellation_type::terminal);
    }
  });
}

bool TaskGroup::is_cancelled() const { return state_->is_cancelled; }

asio::awaitable<bool> TaskGroup::join(std::chrono::steady_clock::time_point deadline) {
  const auto state = state_;
  while (!state->tasks.empty() && std::chrono::steady_clock::now() < deadline) {
    asio::steady_timer timeout(state->loop, deadline);
    timeout.async_wait([weak = std::weak_ptr(state)](auto ec) {
      if (const auto alive = weak.lock(); alive && !ec) {
        alive->news.cancel();
      }
    });
    co_await state->news.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return state->tasks.empty();
}

}  // namespace zke
