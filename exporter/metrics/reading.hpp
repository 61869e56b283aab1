#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "judge/member_sample.hpp"
#include "judge/snapshot.hpp"
#include "judge/verdict.hpp"
#include "metrics/process.hpp"

namespace zke {

class FamilyText;
struct MntrTotals;

/// What a member's rows are read from.
struct MemberView {
  const MemberSample& sample;
  const MntrTotals* mntr;  ///< nullptr when the sample has no figures of mntr
};

// How a row's value is read, in the server's unit; nothing when it is not known. `…Lines` write
// what has labels of its own.
using MemberValue = std::optional<double> (*)(const MemberView&);
using MemberLines = void (*)(const MemberView&, FamilyText&);
using ClientLines = void (*)(const ClientView&, FamilyText&);
using EnsembleValue = std::optional<double> (*)(const EnsembleVerdict&);
using EnsembleLines = void (*)(const EnsembleVerdict&, FamilyText&);
using SnapshotValue = std::optional<double> (*)(const Snapshot&);
using TlsValue = std::optional<double> (*)(const Snapshot::Tls&);
using ExporterValue = std::optional<double> (*)(const ProcessFigures&);

/// The figure of `conf` by the row's key, as far as it can be true; some are also in `dirs`.
struct InConf {
  std::int64_t min;
  std::int64_t max;
  std::optional<std::int64_t> Dirs::*in_dirs = nullptr;

  bool operator==(const InConf&) const = default;
};

/// What the exporter counts while it runs: SelfMetrics.
enum class Counted {
  kBuildInfo,
  kMembers,
  kReloadSuccessful,
  kReloadTime,
  kConfigHash,
  kRequests,
  kRequestDurations,
  kConnections,
  kConnectionsDropped,
  kLoopLag,
};

/// std::monostate: by the row's key in mntr.
using Reading =
    std::variant<std::monostate, MemberValue, MemberLines, ClientLines, EnsembleValue,
                 EnsembleLines, SnapshotValue, TlsValue, ExporterValue, InConf, Counted>;

}  // namespace zke
