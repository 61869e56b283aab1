#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "net/openssl.hpp"
#include "net/tls_context.hpp"
#include "net/tls_facts.hpp"

namespace zke {

/// A server to speak TLS with, and the session that the next connection to it resumes: that saves
/// most of a handshake. The certificate is not shown again then, so that a session serves ten
/// minutes at most, and not beyond the certificate's end.
class TlsPeer {
 public:
  /// `name` is whom the certificate must name, a host or an IP address.
  TlsPeer(TlsContext::Ptr context, std::string name,
          std::chrono::steady_clock::duration resumed_for = std::chrono::minutes(10));

  const TlsContext::Ptr& context() const { return context_; }
  const std::string& name() const { return name_; }

  /// What the last connection showed since forget_seen(), also one that failed.
  const std::optional<TlsFacts>& seen() const { return seen_; }
  void forget_seen() { seen_.reset(); }

 private:
  friend class TlsHandshake;

  TlsContext::Ptr context_;
  std::string name_;
  std::chrono::steady_clock::duration resumed_for_;
  OpensslPtr<SSL_SESSION> session_;
  std::chrono::steady_clock::time_point verified_;  ///< when the certificate was shown
  std::optional<TlsFacts> seen_;
};

/// One connection's handshake with a peer: says to OpenSSL what it wants, and hears what happens.
class TlsHandshake {
 public:
  /// For a connection that is not begun yet. With `ssl` nothing is done after this has ended.
  TlsHandshake(SSL* ssl, std::shared_ptr<TlsPeer> peer);
  ~TlsHandshake();
  TlsHandshake(const TlsHandshake&) = delete;
  TlsHandshake& operator=(const TlsHandshake&) = delete;
  TlsHandshake(TlsHandshake&&) = delete;
  TlsHandshake& operator=(TlsHandshake&&) = delete;

  /// Tells the peer what is known now, also after a failure.
  void tell_peer() const;

  /// Whether the server asked for our certificate, and there is none.
  bool is_certificate_missing() const { return is_certificate_missing_; }

  /// Whether the server has sent anything.
  bool has_heard() const;

  /// Why it failed, in words, by OpenSSL's error code; also of a later failure of the connection,
  /// in which a server of TLS 1.3 tells that it does not accept our certificate.
  std::string describe(unsigned long error) const;

 private:
  friend void prepare_for_peers(SSL_CTX* context, bool verify);

  TlsFacts facts() const;
  std::string describe_certificate() const;
  std::string describe_alert(int alert) const;
  static TlsHandshake& of(const SSL* ssl);
  static int check(int is_good, X509_STORE_CTX* chain);
  static int note_missing(SSL* ssl, X509** certificate, EVP_PKEY** key);
  static int keep_session(SSL* ssl, SSL_SESSION* session);

  SSL* ssl_;
  std::shared_ptr<TlsPeer> peer_;
  bool is_certificate_missing_ = false;
  int verify_error_ = X509_V_OK;  ///< the first
  OpensslPtr<X509> refused_;      ///< the certificate that it is about
  bool is_own_refused_ = false;   ///< which is the server's, not its authority's
  std::optional<std::chrono::sys_seconds> refused_not_after_;
};

/// Whether OpenSSL's error says that the peer speaks something else.
bool is_no_tls(unsigned long error);

/// Sets a context up so that TlsHandshake hears of it.
void prepare_for_peers(SSL_CTX* context, bool verify);

}  // namespace zke
