#include "support/certificates.hpp"

#include <stdexcept>

#include <boost/asio/ip/address.hpp>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace zke::test {

namespace {

void require(bool is_done) {
  if (!is_done) {
    throw std::runtime_error("OpenSSL makes no certificate: " + take_openssl_error());
  }
}

std::string text_of(const OpensslPtr<BIO>& bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

OpensslPtr<BIO> memory() { return OpensslPtr<BIO>(BIO_new(BIO_s_mem())); }

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

std::string alternatives(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) {
    boost::system::error_code ec;
    boost::asio::ip::make_address(name, ec);
    text += (text.empty() ? "" : ",") + std::string(ec ? "DNS:" : "IP:") + name;
  }
  return text;
}

/// Signed by itself without an issuer.
Credential make(const Claims& claims, const Credential* issuer, bool is_authority) {
  static long serial = 0;
  Credential made{OpensslPtr<X509>(X509_new()), OpensslPtr<EVP_PKEY>(EVP_EC_gen("P-256"))};
  auto* const it = made.certificate.get();
  require(it != nullptr && made.key);
  auto* const signer = issuer == nullptr ? it : issuer->certificate.get();
  auto* const subject = X509_get_subject_name(it);
  X509_set_version(it, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(it), ++serial);
  X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                             // OpenSSL takes unsigned bytes
                             reinterpret_cast<const unsigned char*>(claims.name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(it, X509_get_subject_name(signer));
  X509_gmtime_adj(X509_getm_notBefore(it), claims.begins.count());
  X509_gmtime_adj(X509_getm_notAfter(it), claims.ends.count());
  X509_set_pubkey(it, made.key.get());
  extend(it, signer, NID_basic_constraints, is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!claims.names.empty()) {
    extend(it, signer, NID_subject_alt_name, alternatives(claims.names));
  }
  auto* const key = issuer == nullptr ? made.key.get() : issuer->key.get();
  require(X509_sign(it, key, EVP_sha256()) > 0);
  return made;
}

}  // namespace

std::string Credential::pem() const {
  const auto out = memory();
  require(PEM_write_bio_X509(out.get(), certificate.get()) == 1);
  return text_of(out);
}

std::string Credential::key_pem(const std::string& password) const {
  const auto out = memory();
  const auto* const cipher = password.empty() ? nullptr : EVP_aes_256_cbc();
  require(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), cipher, password.data(),
                                        static_cast<int>(password.size()), nullptr, nullptr) == 1);
  return text_of(out);
}

Credential make_authority(const Claims& claims) { return make(claims, nullptr, true); }

Credential make_certificate(const Claims& claims, const Credential& issuer) {
  return make(claims, &issuer, false);
}

Credential make_self_signed(const Claims& claims) { return make(claims, nullptr, false); }

std::string der_of(const Credential& identity) {
  const auto out = memory();
  require(i2d_X509_bio(out.get(), identity.certificate.get()) == 1);
  return text_of(out);
}

}  // namespace zke::test
