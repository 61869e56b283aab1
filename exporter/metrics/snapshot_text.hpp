#pragma once

#include "judge/snapshot.hpp"
#include "metrics/exposition.hpp"
#include "metrics/member_text.hpp"

namespace zke {

/// Writes snapshots into an exposition.
class SnapshotText {
 public:
  /// `exposition` must outlive it.
  explicit SnapshotText(Exposition& exposition) : exposition_(exposition) {}

  /// For Publication: renders anew what differs between the two snapshots of an ensemble, and takes
  /// away what is gone. Members that were not polled yet, and their ensemble before any was, have
  /// no series, but for what a client sees.
  void take(const SnapshotPtr& last, const SnapshotPtr& now);

 private:
  void put(const Snapshot& ensemble, const Snapshot::Member& member);
  void put_client(const Snapshot& ensemble, const Snapshot::Member& member);

  Exposition& exposition_;
  MemberText member_text_;
};

}  // namespace zke
