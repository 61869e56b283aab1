#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "adminserver/configuration.hpp"
#include "adminserver/hash.hpp"
#include "adminserver/monitor.hpp"
#include "adminserver/server_stats.hpp"
#include "adminserver/watch_summary.hpp"
#include "fourletter/command.hpp"
#include "fourletter/conf.hpp"
#include "fourletter/hash.hpp"
#include "fourletter/mntr.hpp"
#include "fourletter/srvr.hpp"
#include "fourletter/wchs.hpp"

namespace zke {

// What an answer says, by the parser of the source that it came from. Both give the same structs:
// nothing behind this file asks which it was.

inline bool is_of_admin_server(const Reply& reply) {
  return reply.source == PollSource::kAdminServer;
}

inline Srvr read_srvr(const Reply& reply) {
  return is_of_admin_server(reply) ? parse_server_stats(reply.text) : parse_srvr(reply.text);
}

inline std::optional<Wchs> read_wchs(const Reply& reply) {
  return is_of_admin_server(reply) ? parse_watch_summary(reply.text) : parse_wchs(reply.text);
}

inline Conf read_conf(const Reply& reply) {
  return is_of_admin_server(reply) ? parse_configuration(reply.text) : parse_conf(reply.text);
}

/// Unix seconds; no four-letter word tells it.
inline std::optional<std::int64_t> read_last_snapshot(const Reply& conf) {
  return is_of_admin_server(conf) ? parse_last_snapshot(conf.text) : std::nullopt;
}

inline Digests read_hash(const Reply& reply) {
  return is_of_admin_server(reply) ? parse_digests(reply.text) : parse_hash(reply.text);
}

/// Reads the figures of one member, each answer once.
class FiguresReader {
 public:
  /// `shapes` is shared by members whose answers may be alike.
  explicit FiguresReader(const std::shared_ptr<Shapes>& shapes) : mntr_(shapes), monitor_(shapes) {}

  Mntr read(const Reply& reply) {
    return is_of_admin_server(reply) ? monitor_.read(reply.text) : mntr_.read(reply.text);
  }

 private:
  MntrReader mntr_;
  MonitorReader monitor_;
};

}  // namespace zke
