#include <array>
#include <chrono>

#include "metrics/catalogue_parts.hpp"
#include "metrics/family_text.hpp"

namespace zke {

namespace {

using enum prometheus::MetricType;
using enum Source;

std::optional<double> unix_time(const std::optional<std::chrono::sys_seconds>& time) {
  return time ? known(time->time_since_epoch().count()) : std::nullopt;
}

void write_version(const MemberView& of, FamilyText& to) {
  const auto& tls = of.sample.tls;
  if (tls && !tls->version.empty()) {
    to.add(1, {{"version", tls->version}, {"cipher", tls->cipher}});
  }
}

// clang-format off
constexpr auto kRows = std::to_array<CatalogueRow>({
    {kTls, "", "zookeeper_tls_certificate_not_after_timestamp_seconds", Gauge, 1, "", "", "When the certificate that the member shows ends, as Unix time; also of one that was not accepted.", [](const MemberView& of) { return of.sample.tls ? unix_time(of.sample.tls->not_after) : std::nullopt; }},
    {kTls, "", "zookeeper_tls_version_info", Gauge, 1, "version,cipher", "", "Always 1; the version and the cipher of the last connection over TLS.", write_version},
    {kTls, "", "zookeeper_tls_verification_enabled", Gauge, 1, "", "", "1 if the certificates of the ensemble's members are verified, 0 with verify: none.", [](const Snapshot::Tls& of) { return known(of.is_verifying); }},
    {kTls, "", "zookeeper_tls_files_last_reload_successful", Gauge, 1, "", "", "1 if the files of tls: are in use as they are now; 0 if they can't be used, and those from before stay.", [](const Snapshot::Tls& of) { return known(of.mistake.empty()); }},
    {kTls, "", "zookeeper_tls_client_certificate_not_after_timestamp_seconds", Gauge, 1, "", "", "When the exporter's own certificate (cert_file) ends, as Unix time.", [](const Snapshot::Tls& of) { return unix_time(of.own_not_after); }},
});
// clang-format on

}  // namespace

std::span<const CatalogueRow> tls_rows() { return kRows; }

}  // namespace zke
