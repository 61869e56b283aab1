#include <array>

#include "base/log.hpp"
#include "metrics/catalogue_parts.hpp"

namespace zke {

namespace {

using enum prometheus::MetricType;
using enum Source;

// clang-format off
constexpr auto kRows = std::to_array<CatalogueRow>({
    // Counted while it runs, and by the kernel.
    {kExporter, "", "zookeeper_exporter_build_info", Gauge, 1, "version,compiler", "", "Always 1; the exporter's version.", Counted::kBuildInfo},
    {kExporter, "", "zookeeper_exporter_members", Gauge, 1, "", "", "Members that the exporter is configured to poll.", Counted::kMembers},
    {kExporter, "", "zookeeper_exporter_config_last_reload_successful", Gauge, 1, "", "", "1 if the newest configuration was taken, 0 if it was refused: the one before stays in use.", Counted::kReloadSuccessful},
    {kExporter, "", "zookeeper_exporter_config_last_reload_success_timestamp_seconds", Gauge, 1, "", "", "When a configuration was last read and found good, as Unix time.", Counted::kReloadTime},
    {kExporter, "", "zookeeper_exporter_config_hash", Gauge, 1, "sha256", "", "Always 1; the SHA-256 of the configuration file in use, as sha256sum prints it. None without a file.", Counted::kConfigHash},
    {kExporter, "", "zookeeper_exporter_http_requests_total", Counter, 1, "handler,code", "", "HTTP requests answered.", Counted::kRequests},
    {kExporter, "", "zookeeper_exporter_http_request_duration_seconds", Histogram, 1, "handler", "", "Time from a request's head to the end of its response, as far as the kernel took it.", Counted::kRequestDurations},
    {kExporter, "", "zookeeper_exporter_http_connections", Gauge, 1, "", "", "Open HTTP connections.", Counted::kConnections},
    {kExporter, "", "zookeeper_exporter_http_connections_dropped_total", Counter, 1, "", "", "HTTP connections closed early because there were too many.", Counted::kConnectionsDropped},
    {kExporter, "", "zookeeper_exporter_event_loop_lag_seconds", Histogram, 1, "", "", "How late a timer fired, sampled every second: how long something held up the one thread.", Counted::kLoopLag},
    {kExporter, "", "zookeeper_exporter_log_lines_dropped_total", Counter, 1, "", "", "Log lines that stderr did not take: a full disk or a stuck pipe.", [](const ProcessFigures&) { return known(log::dropped_lines()); }},
    {kExporter, "", "process_cpu_seconds_total", Counter, 1, "", "", "CPU time that the exporter has used, user and system.", [](const ProcessFigures& of) { return known(of.cpu_seconds); }},
    {kExporter, "", "process_max_fds", Gauge, 1, "", "", "Limit of the exporter's open file descriptors.", [](const ProcessFigures& of) { return known(of.max_fds); }},
    {kExporter, "", "process_open_fds", Gauge, 1, "", "", "Open file descriptors of the exporter.", [](const ProcessFigures& of) { return known(of.open_fds); }},
    {kExporter, "", "process_resident_memory_bytes", Gauge, 1, "", "", "Resident memory of the exporter.", [](const ProcessFigures& of) { return known(of.resident_bytes); }},
    {kExporter, "", "process_start_time_seconds", Gauge, 1, "", "", "When the exporter started, as Unix time.", [](const ProcessFigures& of) { return known(of.start); }},
    {kExporter, "", "process_virtual_memory_bytes", Gauge, 1, "", "", "Virtual memory of the exporter.", [](const ProcessFigures& of) { return known(of.virtual_bytes); }},
});
// clang-format on

}  // namespace

std::span<const CatalogueRow> exporter_rows() { return kRows; }

}  // namespace zke
