#include "judge/client_view.hpp"

#include <algorithm>
#include <iterator>

#include "base/duration.hpp"
#include "base/text.hpp"

namespace zke {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kSlowWrite(500);
constexpr milliseconds kLateWatch(1000);

std::string duration_text(Clock::duration duration) {
  return to_string(std::chrono::floor<milliseconds>(duration));
}

/// Begins, or goes on.
void see(std::optional<Trouble>& trouble, const CanaryNote& note, const std::string& why,
         Clock::time_point now) {
  constexpr std::size_t kMaxWhy = 200;
  if (!trouble) {
    trouble.emplace();
    trouble->since = now - note.took;
    trouble->since_utc = std::chrono::system_clock::now() -
                         std::chrono::duration_cast<std::chrono::system_clock::duration>(note.took);
  }
  trouble->last = now;
  trouble->why = why.empty() ? std::string(to_string(note.result)) : printable(why, kMaxWhy);
  ++trouble->rounds;
}

void see_if(bool is_wrong, std::optional<Trouble>& trouble, const CanaryNote& note,
            const std::string& why, Clock::time_point now) {
  if (is_wrong) {
    see(trouble, note, why, now);
  } else {
    trouble.reset();
  }
}

bool is_for_lack_of_session(CanaryResult result) {
  return result == CanaryResult::kConnectionLoss || result == CanaryResult::kSessionExpired;
}

/// Whether it works at all.
void judge_result(ClientView& view, const CanaryNote& note, Clock::time_point now) {
  auto& failing = view.failing[note.operation];
  auto& denied = view.denied[note.operation];
  if (note.result == CanaryResult::kOk) {
    failing.reset();
    denied.reset();
  } else if (note.result == CanaryResult::kNoAuth) {
    failing.reset();
    see(denied, note, note.why, now);
  } else if (note.operation == CanaryOperation::kConnect) {
    denied.reset();  // it did not come so far that it could be refused
    see(failing, note, note.why, now);
  } else if (is_for_lack_of_session(note.result) && view.denied[CanaryOperation::kConnect]) {
    failing.reset();
  } else {
    see(failing, note, note.why, now);
  }
}

void judge_write_time(ClientView& view, const CanaryNote& note, Clock::time_point now) {
  auto& slow = view.slow_writes;
  if (note.result == CanaryResult::kOk) {
    see_if(note.took > kSlowWrite, slow, note, "the last one took " + duration_text(note.took),
           now);
  } else if (note.result == CanaryResult::kNoAuth) {
    slow.reset();
  } else if (note.result == CanaryResult::kTimeout && slow) {
    see(slow, note, "the last one was not answered", now);
  }
}

void judge_delivery(ClientView& view, const CanaryNote& note, Clock::time_point now) {
  auto& late = view.late_watches;
  const auto more = note.why.empty() ? "" : ", " + note.why;
  if (note.result == CanaryResult::kOk) {
    see_if(note.late_by > kLateWatch, late, note,
           "the last one " + duration_text(note.late_by) + " after the write's answer" + more, now);
  } else if (note.result == CanaryResult::kNoAuth) {
    late.reset();
  } else if (note.result == CanaryResult::kTimeout) {
    see(late, note, "the last one not at all" + more, now);
  }
}

void judge(ClientView& view, const CanaryNote& note, Clock::time_point now) {
  judge_result(view, note, now);
  if (note.operation == CanaryOperation::kSet) {
    judge_write_time(view, note, now);
  } else if (note.operation == CanaryOperation::kWatch) {
    judge_delivery(view, note, now);
  }
}

Durations& durations_of(ClientView& view, CanaryOperation operation) {
  return operation == CanaryOperation::kConnect ? view.establish
         : operation == CanaryOperation::kWatch ? view.watch_delivery
                                                : view.durations[operation];
}

}  // namespace

void Durations::observe(std::chrono::duration<double> took) {
  const auto* const bound = std::ranges::lower_bound(kBounds, took.count());
  ++counts.at(static_cast<std::size_t>(std::distance(kBounds.begin(), bound)));
  sum += took.count();
}

void note(ClientView& view, const CanaryNote& note, Clock::time_point now) {
  ++view.operations[note.operation][note.result];
  if (note.result == CanaryResult::kOk) {
    durations_of(view, note.operation).observe(note.took);
  }
  judge(view, note, now);
}

void note_told(ClientView& view, const CanaryNote& note, Clock::time_point now) {
  judge(view, note, now);
}

std::string_view to_string(SessionState state) {
  switch (state) {
    case SessionState::kConnecting:
      return "connecting";
    case SessionState::kConnected:
      return "connected";
    case SessionState::kAuthFailed:
      return "auth_failed";
    case SessionState::kExpired:
      return "expired";
    case SessionState::kClosed:
      break;
  }
  return "closed";
}

std::string_view to_string(CanaryOperation operation) {
  switch (operation) {
    case CanaryOperation::kConnect:
      return "connect";
    case CanaryOperation::kExists:
      return "exists";
    case CanaryOperation::kSync:
      return "sync";
    case CanaryOperation::kGet:
      return "get";
    case CanaryOperation::kSet:
      return "set";
    case CanaryOperation::kWatch:
      break;
  }
  return "watch";
}

std::string_view to_string(CanaryResult result) {
  switch (result) {
    case CanaryResult::kOk:
      return "ok";
    case CanaryResult::kTimeout:
      return "timeout";
    case CanaryResult::kConnectionLoss:
      return "connection_loss";
    case CanaryResult::kSessionExpired:
      return "session_expired";
    case CanaryResult::kNoAuth:
      return "no_auth";
    case CanaryResult::kError:
      break;
  }
  return "error";
}

}  // namespace zke
