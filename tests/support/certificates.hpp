#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "net/openssl.hpp"

namespace zke::test {

/// A certificate and its key.
struct Credential {
  OpensslPtr<X509> certificate;
  OpensslPtr<EVP_PKEY> key;

  std::string pem() const;  ///< the certificate
  std::string key_pem(const std::string& password = "") const;
};

/// What a certificate says. Times count from now.
struct Claims {
  std::string name;                     ///< its CN
  std::vector<std::string> names = {};  ///< hosts and IP addresses that it is for
  std::chrono::seconds begins = -std::chrono::hours(1);
  std::chrono::seconds ends = std::chrono::hours(24);
};

/// An authority that signs itself.
Credential make_authority(const Claims& claims);

/// A server's or client's certificate, signed by `issuer`.
Credential make_certificate(const Claims& claims, const Credential& issuer);

/// One that nobody else signed.
Credential make_self_signed(const Claims& claims);

/// Its DER, which is not PEM.
std::string der_of(const Credential& identity);

}  // namespace zke::test
