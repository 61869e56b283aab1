#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "judge/identity.hpp"
#include "judge/kept_answers.hpp"
#include "judge/member_sample.hpp"
#include "judge/poll_record.hpp"
#include "judge/read_reply.hpp"
#include "judge/refusals.hpp"

namespace zke {

/// What is remembered of a member between two polls.
class MemberMemory {
 public:
  /// `shapes` is shared by members whose figures may be alike.
  explicit MemberMemory(const std::shared_ptr<Shapes>& shapes = std::make_shared<Shapes>())
      : figures_(shapes) {}

  /// The words to send in a poll that starts `now`, on the grid or beside it (`is_extra`): all but
  /// those whose last answer still stands (max_age), that were refused lately (kAskRefusedAgain),
  /// or that are optional and not known to be words of this server.
  Commands due(std::chrono::steady_clock::time_point now, bool is_extra = false) const;

  /// Makes `conf` due in the next poll.
  void forget_conf() { is_conf_due_ = true; }

  /// Turns what a poll brought into a sample, and remembers what later polls need.
  MemberSample judge(const PollRecord& record);

 private:
  bool is_due(Command command, std::chrono::steady_clock::time_point now, bool is_extra) const;
  bool is_sought(Command command) const;
  static void read_srvr(const PollRecord& record, MemberSample& sample);
  void read_refusals(const PollRecord& record, MemberSample& sample);
  void read_details(const PollRecord& record, MemberSample& sample);
  bool read_mntr(const PollRecord& record, MemberSample& sample, IdentityMarks& marks);
  bool is_believed(const Mntr& mntr, MemberSample& sample);
  void forget_server();
  void remember(const PollRecord& record, const MemberSample& sample);

  FiguresReader figures_;
  PollCounts counts_;
  std::optional<bool> is_voter_;
  Refusals refusals_;
  PerCommand<std::chrono::steady_clock::time_point> last_asked_;
  KeptAnswers kept_;
  std::optional<ServerVersion> version_;  ///< of the last poll: which words the server knows
  bool is_conf_due_ = false;
  std::string missing_;    ///< what the last mntr lacked
  int missing_polls_ = 0;  ///< polls in a row in which it lacked that
  Identity identity_;
  std::optional<std::int64_t> start_time_;
  MemberState state_ = MemberState::kUnreachable;
};

}  // namespace zke
