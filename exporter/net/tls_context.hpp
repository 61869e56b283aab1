#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/openssl.hpp"
#include "net/tls_settings.hpp"

namespace zke {

class LazyAuthorities;

/// What TlsSettings' files hold, ready for connections. Never changed once loaded.
class TlsContext {
 public:
  using Ptr = std::shared_ptr<const TlsContext>;

  /// Reads the files, which may block. Gives `last` when they hold what they held then. The error
  /// is one line that names the file and the remedy: "cert_file /tls/tls.crt: holds no certificate
  /// in PEM, which begins with -----BEGIN CERTIFICATE-----".
  static Result<Ptr> load(const TlsSettings& settings, Ptr last = nullptr);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  TlsContext(TlsContext&&) = delete;
  TlsContext& operator=(TlsContext&&) = delete;

  /// OpenSSL's, whose state connections share: sessions are not kept in it.
  SSL_CTX* openssl() const { return openssl_.get(); }

  /// When our own certificate ends; empty when there is none.
  std::optional<std::chrono::sys_seconds> own_not_after() const { return own_not_after_; }

  /// What is unwise though it works, one line each: a key that every user can read.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct Files;

  explicit TlsContext(const Files& files);
  std::optional<Error> take_system(const Files& files);
  std::optional<Error> take(const TlsSettings& settings, const Files& files);

  std::unique_ptr<LazyAuthorities> system_;  ///< those of the system, if they are believed
  OpensslPtr<SSL_CTX> openssl_;  ///< not Asio's, which would end before a thread that reads files
  std::optional<std::chrono::sys_seconds> own_not_after_;
  std::vector<std::string> warnings_;
  std::string hash_;  ///< of the files
};

}  // namespace zke
