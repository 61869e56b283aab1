#include "http/limits.hpp"

#include <algorithm>
#include <string>
#include <sys/resource.h>

#include "base/log.hpp"

namespace zke {

HttpLimits find_limits(std::size_t members, std::size_t listeners) {
  HttpLimits limits;
  const auto reserved = reserved_descriptors(members, listeners);
  const auto wanted = reserved + limits.connections;
  const auto allowed = allow_descriptors(wanted);
  limits.connections = connections_within(allowed, reserved, limits.connections);
  if (allowed < wanted) {
    log::warn("the limit of open files is low: raise it (ulimit -n, LimitNOFILE=)",
              {{"limit", std::to_string(allowed)},
               {"wanted", std::to_string(wanted)},
               {"http_connections", std::to_string(limits.connections)}});
  }
  return limits;
}

std::size_t reserved_descriptors(std::size_t members, std::size_t listeners) {
  constexpr std::size_t kOwn = 9;       // standard streams, event loop, signals, inotify
  constexpr std::size_t kFigures = 2;   // /proc, while it is read
  constexpr std::size_t kConfig = 1;    // the configuration file, while it is read
  constexpr std::size_t kResolver = 8;  // two for each of its threads
  constexpr std::size_t kAccepted = 1;  // a connection for which room is still to be made
  return kOwn + kFigures + kConfig + kResolver + kAccepted + listeners + members;
}

std::size_t allow_descriptors(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return wanted;
  }
  if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
    auto raised = limit;
    raised.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
    limit = setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised : limit;
  }
  return limit.rlim_cur;
}

std::size_t connections_within(std::size_t descriptors, std::size_t reserved, std::size_t most) {
  constexpr std::size_t kFewest = 4;
  const auto rest = descriptors > reserved ? descriptors - reserved : 0;
  return std::clamp(rest, std::min(kFewest, most), most);
}

}  // namespace zke
