#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "health/options.hpp"
#include "net/tls_context.hpp"
#include "net/tls_peer.hpp"

namespace zke {

/// The files of the options, read now; empty without --tls. The error is one line that names the
/// flag, the file and the remedy.
Result<TlsContext::Ptr> load_tls(const HealthOptions& options);

/// Whom a server must be, over TLS; empty without `tls`.
std::shared_ptr<TlsPeer> tls_peer(const TlsContext::Ptr& tls, const HealthOptions& options,
                                  const HealthOptions::Server& server);

/// A text that names settings of the exporter's file, `ca_file` and the like, with the flags of
/// zk-health in their places.
std::string name_flags(std::string_view text);

}  // namespace zke
