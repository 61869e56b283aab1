#include "judge/member_sample.hpp"

namespace zke {

std::string_view to_string(MemberState state) {
  switch (state) {
    case MemberState::kLeader:
      return "leader";
    case MemberState::kFollower:
      return "follower";
    case MemberState::kObserver:
      return "observer";
    case MemberState::kStandalone:
      return "standalone";
    case MemberState::kReadOnly:
      return "read_only";
    case MemberState::kNotServing:
      return "not_serving";
    case MemberState::kUnreachable:
      break;
  }
  return "unreachable";
}

MemberState state_of(Mode mode) {
  switch (mode) {
    case Mode::kLeader:
      return MemberState::kLeader;
    case Mode::kFollower:
      return MemberState::kFollower;
    case Mode::kObserver:
      return MemberState::kObserver;
    case Mode::kStandalone:
      return MemberState::kStandalone;
    case Mode::kReadOnly:
      break;
  }
  return MemberState::kReadOnly;
}

std::string describe(MemberState state) {
  switch (state) {
    case MemberState::kNotServing:
      return "answers, but serves nobody: it sees no quorum, or is still loading data";
    case MemberState::kReadOnly:
      return "serves read-only clients only: it is cut off from the other voters";
    case MemberState::kUnreachable:
      return "can't be reached";
    default:
      return "serves as " + std::string(to_string(state));
  }
}

bool is_serving(MemberState state) {
  return state == MemberState::kLeader || state == MemberState::kFollower ||
         state == MemberState::kObserver || state == MemberState::kStandalone;
}

std::string_view to_string(PollResult result) {
  switch (result) {
    case PollResult::kOk:
      return "ok";
    case PollResult::kPartial:
      return "partial";
    case PollResult::kFailed:
      break;
  }
  return "failed";
}

}  // namespace zke
