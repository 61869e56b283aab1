#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "fourletter/command.hpp"
#include "judge/member_sample.hpp"
#include "judge/poll_record.hpp"

namespace zke {

/// What the words brought that are not asked in every poll. It is shown until they are asked again,
/// and not longer than their max_age.
class KeptAnswers {
 public:
  using Clock = std::chrono::steady_clock;

  /// When the poll began that brought the answer to `command` that is still shown.
  std::optional<Clock::time_point> known_since(Command command) const;

  void read_conf(const PollRecord& record);
  void drop_conf() { conf_.reset(); }

  /// `is_mntr_whole`: watches of another moment than those of mntr are not shown beside them.
  void read_wchs(const PollRecord& record, bool is_mntr_whole);

  void read_dirs(const PollRecord& record);

  /// Digests that were told before stand as long as the server is the same (`is_same`), and has not
  /// gone back behind them.
  void read_hash(const PollRecord& record, const std::optional<Zxid>& zxid, bool is_same);

  /// Puts all that is known into the sample; `dirs` only where `conf` is not.
  void show(MemberSample& sample) const;

  void forget() { *this = KeptAnswers(); }

 private:
  template <class Value>
  struct Known {
    Value value;
    Clock::time_point clock;  ///< the begin of its poll
  };
  struct ConfAnswer {
    Conf conf;
    std::optional<std::int64_t> last_snapshot;
  };

  std::optional<Known<ConfAnswer>> conf_;
  std::optional<Known<Wchs>> wchs_;
  std::optional<Known<DigestsPtr>> digests_;
  std::optional<Known<Dirs>> dirs_;
};

}  // namespace zke
