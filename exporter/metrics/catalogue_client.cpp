#include <array>
#include <span>
#include <string>

#include "base/text.hpp"
#include "metrics/catalogue_parts.hpp"
#include "metrics/family_text.hpp"
#include "metrics/text.hpp"

namespace zke {

namespace {

using enum prometheus::MetricType;
using enum Source;
using Operation = CanaryOperation;

constexpr auto kAlways =
    std::to_array<Operation>({Operation::kConnect, Operation::kExists, Operation::kSync});
constexpr auto kTimedAlways = std::to_array<Operation>({Operation::kExists, Operation::kSync});
constexpr auto kTimedWriting = std::to_array<Operation>(
    {Operation::kExists, Operation::kSync, Operation::kGet, Operation::kSet});

void write_states(const ClientView& of, FamilyText& to) {
  for (const auto state : kSessionStates) {
    to.add(state == of.session ? 1 : 0, {{"state", to_string(state)}});
  }
}

void write_operations(const ClientView& of, FamilyText& to) {
  const std::span<const Operation> all =
      of.is_writing_level ? std::span<const Operation>(kCanaryOperations) : kAlways;
  for (const auto operation : all) {
    for (const auto result : kCanaryResults) {
      to.add(static_cast<double>(of.operations[operation][result]),
             {{"operation", to_string(operation)}, {"result", to_string(result)}});
    }
  }
}

/// The lines of a histogram, whose `labels` are escaped already.
void write_histogram(const Durations& durations, std::string_view labels, FamilyText& to) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < durations.counts.size(); ++i) {
    count += durations.counts.at(i);
    std::string bound = "+Inf";
    if (i < Durations::kBounds.size()) {
      bound.clear();
      append_double(bound, Durations::kBounds.at(i));
    }
    to.add_line("_bucket", labels, "le=\"" + bound + "\"", static_cast<double>(count));
  }
  to.add_line("_sum", labels, "", durations.sum);
  to.add_line("_count", labels, "", static_cast<double>(count));
}

void write_durations(const ClientView& of, FamilyText& to) {
  const std::span<const Operation> timed =
      of.is_writing_level ? std::span<const Operation>(kTimedWriting) : kTimedAlways;
  for (const auto operation : timed) {
    std::string label;
    append_label(label, "operation", to_string(operation));
    write_histogram(of.durations[operation], label, to);
  }
}

void write_watch_delivery(const ClientView& of, FamilyText& to) {
  if (of.is_writing_level) {
    write_histogram(of.watch_delivery, "", to);
  }
}

// clang-format off
constexpr auto kRows = std::to_array<CatalogueRow>({
    {kClient, "", "zookeeper_session_state", Gauge, 1, "state", "", "1 for the state of the canary's session with the member, 0 for all others: connecting, connected, auth_failed, expired or closed.", write_states},
    {kClient, "", "zookeeper_session_establish_seconds", Histogram, 1, "", "", "Time to connect and to be given a session, a new one or the one before.", [](const ClientView& of, FamilyText& to) { write_histogram(of.establish, "", to); }},
    {kClient, "", "zookeeper_canary_operations_total", Counter, 1, "operation,result", "", "Operations that the canary has tried through the member, by how they ended; get, set and watch at level write only.", write_operations},
    {kClient, "", "zookeeper_canary_operation_duration_seconds", Histogram, 1, "operation", "", "Time from sending an operation to its answer, of those that were ok.", write_durations},
    {kClient, "", "zookeeper_canary_watch_delivery_seconds", Histogram, 1, "", "", "Time from sending a write through another member until the watch that was set through this one told of it; at level write only.", write_watch_delivery},
    {kClient, "", "zookeeper_canary_writer", Gauge, 1, "", "", "1 if this exporter is the one that writes into the ensemble, 0 if another one does; at level write only, once that is known. Without the label member.", [](const Snapshot& of) { return known(of.is_canary_writer); }},
});
// clang-format on

}  // namespace

std::span<const CatalogueRow> client_rows() { return kRows; }

}  // namespace zke
