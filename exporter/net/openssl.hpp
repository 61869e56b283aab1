#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace zke {

struct FreeOpenssl {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_NAME* name) const { X509_NAME_free(name); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};

/// For a static program, before all else of TLS: no file of the system (openssl.cnf), and no
/// variable of the environment that names one, makes it load engines, or changes the TLS that it
/// speaks.
void ignore_openssl_configuration();

/// What OpenSSL made for us, freed when it goes.
template <class Type>
using OpensslPtr = std::unique_ptr<Type, FreeOpenssl>;

/// A certificate's time; empty when it can't be read.
std::optional<std::chrono::sys_seconds> read_time(const ASN1_TIME* time);

/// "2026-11-28 00:30 UTC"
std::string describe_time(std::optional<std::chrono::sys_seconds> time);

/// "CN = zk-0, O = Example": printable and short.
std::string describe_name(const X509_NAME* name);

/// Whom a certificate names: "zk-0.zk, 10.0.0.7"; at most five.
std::string describe_names(const X509* certificate);

/// OpenSSL's oldest error in words, "" when it has none; all of them are forgotten.
std::string take_openssl_error();

}  // namespace zke
