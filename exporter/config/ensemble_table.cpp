#include <array>

#include "base/text.hpp"
#include "config/table.hpp"
#include "config/values.hpp"
#include "net/address.hpp"

namespace zke {

namespace {

using Texts = std::vector<std::string>;
using Version = TlsSettings::Version;

constexpr std::string_view kTlsGroup = "TLS to ZooKeeper";
constexpr std::string_view kFileBounds = "a file in PEM, read again when it changes";

TlsSettings& tls_of(EnsembleSettings& ensemble) {
  if (!ensemble.tls) {
    ensemble.tls.emplace();
  }
  return *ensemble.tls;
}

std::string enable_tls(const Texts& /*none*/, EnsembleSettings& ensemble) {
  tls_of(ensemble);
  return {};
}

template <std::string TlsSettings::*member>
std::string read_file_name(const Texts& texts, EnsembleSettings& ensemble) {
  tls_of(ensemble).*member = texts.front();
  return find_file_name_mistake(texts.front());
}

/// What is not set is not shown.
template <std::string TlsSettings::*member>
Texts show_tls(const EnsembleSettings& ensemble) {
  return ensemble.tls && !((*ensemble.tls).*member).empty() ? Texts{(*ensemble.tls).*member}
                                                            : Texts();
}

std::string read_server_name(const Texts& texts, EnsembleSettings& ensemble) {
  const auto& name = texts.front();
  const bool is_ipv6 = name.find(':') != std::string::npos;
  const auto address = read_address(is_ipv6 ? "[" + name + "]:1" : name + ":1");
  if (!address) {
    return "is no host name and no IP address; write one that the certificate bears, such as "
           "zk-0.zk";
  }
  tls_of(ensemble).server_name = address->host;
  return {};
}

std::string read_verify(const Texts& texts, EnsembleSettings& ensemble) {
  const auto& what = texts.front();
  if (what != "full" && what != "none") {
    return "must be full or none";
  }
  tls_of(ensemble).verify = what == "full";
  return {};
}

Texts show_verify(const EnsembleSettings& ensemble) {
  return ensemble.tls ? Texts{ensemble.tls->verify ? "full" : "none"} : Texts();
}

std::string read_min_version(const Texts& texts, EnsembleSettings& ensemble) {
  const auto& version = texts.front();
  if (version != "1.2" && version != "1.3") {
    return "must be 1.2 or 1.3";
  }
  tls_of(ensemble).min_version = version == "1.2" ? Version::k12 : Version::k13;
  return {};
}

Texts show_min_version(const EnsembleSettings& ensemble) {
  return ensemble.tls ? Texts{ensemble.tls->min_version == Version::k12 ? "1.2" : "1.3"} : Texts();
}

constexpr auto kTable = std::to_array<Setting>({
    {
        .flag = "zookeeper.tls.enabled",
        .key = "ensembles[].tls",
        .group = kTlsGroup,
        .help = "speak TLS to the servers; each flag below says so too",
        .bounds = "in the file: `tls: {}`, or with the keys below",
        .read_for = enable_tls,
        .show_of = [](const EnsembleSettings& ensemble) { return Texts(ensemble.tls ? 1 : 0); },
    },
    {
        .flag = "zookeeper.tls.ca-file",
        .key = "ensembles[].tls.ca_file",
        .group = kTlsGroup,
        .placeholder = "FILE",
        .help = "authorities that may have signed the servers' certificates",
        .otherwise = {"", "those of the system"},
        .bounds = kFileBounds,
        .read_for = read_file_name<&TlsSettings::ca_file>,
        .show_of = show_tls<&TlsSettings::ca_file>,
    },
    {
        .flag = "zookeeper.tls.cert-file",
        .key = "ensembles[].tls.cert_file",
        .group = kTlsGroup,
        .placeholder = "FILE",
        .help = "our certificate, for servers that demand one",
        .otherwise = {"", "none"},
        .bounds = kFileBounds,
        .read_for = read_file_name<&TlsSettings::cert_file>,
        .show_of = show_tls<&TlsSettings::cert_file>,
    },
    {
        .flag = "zookeeper.tls.key-file",
        .key = "ensembles[].tls.key_file",
        .group = kTlsGroup,
        .placeholder = "FILE",
        .help = "its private key, without a password",
        .otherwise = {"", "none"},
        .bounds = kFileBounds,
        .read_for = read_file_name<&TlsSettings::key_file>,
        .show_of = show_tls<&TlsSettings::key_file>,
    },
    {
        .flag = "zookeeper.tls.server-name",
        .key = "ensembles[].tls.server_name",
        .group = kTlsGroup,
        .placeholder = "NAME",
        .help = "host name or IP address that the servers' certificates must bear",
        .otherwise = {"", "each member's host"},
        .read_for = read_server_name,
        .show_of = show_tls<&TlsSettings::server_name>,
    },
    {
        .flag = "zookeeper.tls.verify",
        .key = "ensembles[].tls.verify",
        .group = kTlsGroup,
        .placeholder = "WHAT",
        .help = "full: authority, dates and name of the certificate; none: anybody may pose as the "
                "server",
        .otherwise = {"", "full"},
        .bounds = "full or none",
        .read_for = read_verify,
        .show_of = show_verify,
    },
    {
        .flag = "zookeeper.tls.min-version",
        .key = "ensembles[].tls.min_version",
        .group = kTlsGroup,
        .placeholder = "VERSION",
        .help = "the oldest version of TLS that is spoken",
        .otherwise = {"", "1.2"},
        .bounds = "1.2 or 1.3",
        .read_for = read_min_version,
        .show_of = show_min_version,
    },
});

}  // namespace

std::span<const Setting> ensemble_table() {
  static const auto all = [] {
    std::vector<Setting> table(kTable.begin(), kTable.end());
    for (const auto more : {admin_table(), canary_table()}) {
      table.insert(table.end(), more.begin(), more.end());
    }
    return table;
  }();
  return all;
}

}  // namespace zke
