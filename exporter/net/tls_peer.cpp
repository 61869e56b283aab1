#include "net/tls_peer.hpp"

#include <stdexcept>

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/tls1.h>
#include <openssl/x509v3.h>

namespace zke {

namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr int kFirstAlert = SSL_AD_REASON_OFFSET;  // reasons of OpenSSL beyond it are alerts
constexpr int kLastAlert = kFirstAlert + 255;

bool is_ip(const std::string& name) {
  boost::system::error_code ec;
  boost::asio::ip::make_address(name, ec);
  return !ec;
}

/// As certificates spell it: without the dot that ends a whole name, and without an address' zone.
std::string name_in_certificate(std::string name) {
  if (is_ip(name)) {
    return name.substr(0, name.find('%'));
  }
  if (name.ends_with('.')) {
    name.pop_back();
  }
  return name;
}

/// Any certificate would do for OpenSSL if it got no name.
void want_name(SSL* ssl, const std::string& name) {
  auto* const wanted = SSL_get0_param(ssl);
  const int is_set = is_ip(name) ? X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str())
                                 : X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), name.size());
  if (name.empty() || is_set != 1) {
    throw std::logic_error("no certificate can bear the name \"" + name + "\"");
  }
}

/// Where an SSL keeps its TlsHandshake. Not its app_data: that belongs to Asio.
int place_in_ssl() {
  static const int place = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return place;
}

bool is_over(SSL_SESSION* session) {
  const auto* const certificate = SSL_SESSION_get0_peer(session);
  const auto end =
      certificate == nullptr ? std::nullopt : read_time(X509_get0_notAfter(certificate));
  return end && system_clock::now() >= *end;
}

}  // namespace

TlsPeer::TlsPeer(TlsContext::Ptr context, std::string name, steady_clock::duration resumed_for)
    : context_(std::move(context)),
      name_(name_in_certificate(std::move(name))),
      resumed_for_(resumed_for) {}

TlsHandshake::TlsHandshake(SSL* ssl, std::shared_ptr<TlsPeer> peer)
    : ssl_(ssl), peer_(std::move(peer)) {
  SSL_set_ex_data(ssl, place_in_ssl(), this);
  const auto& name = peer_->name_;
  want_name(ssl, name);
  if (!is_ip(name)) {
    auto sent = name;
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, sent.data());
  }
  auto& session = peer_->session_;
  if (session &&
      (steady_clock::now() - peer_->verified_ >= peer_->resumed_for_ || is_over(session.get()))) {
    session.reset();
  }
  if (session) {
    SSL_set_session(ssl, session.get());
    if (SSL_SESSION_get_protocol_version(session.get()) >= TLS1_3_VERSION) {
      session.reset();  // each serves once; the server sends another
    }
  }
}

/// We never say close_notify, and not every server does: without it OpenSSL would call the session
/// not resumable. After an error of TLS it has done so already.
TlsHandshake::~TlsHandshake() { SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); }

TlsHandshake& TlsHandshake::of(const SSL* ssl) {
  return *static_cast<TlsHandshake*>(SSL_get_ex_data(ssl, place_in_ssl()));
}

/// Hears what OpenSSL finds wrong with the chain of certificates.
int TlsHandshake::check(int is_good, X509_STORE_CTX* chain) {
  if (is_good == 1) {
    return is_good;
  }
  auto* const ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& self = of(ssl);
  self.verify_error_ = X509_STORE_CTX_get_error(chain);
  self.is_own_refused_ = X509_STORE_CTX_get_error_depth(chain) == 0;
  if (auto* const certificate = X509_STORE_CTX_get_current_cert(chain)) {
    X509_up_ref(certificate);
    self.refused_.reset(certificate);
  }
  const auto* const own = X509_STORE_CTX_get0_cert(chain);
  self.refused_not_after_ = own == nullptr ? std::nullopt : read_time(X509_get0_notAfter(own));
  return is_good;
}

/// Called when the server asks for a certificate and the context has none.
int TlsHandshake::note_missing(SSL* ssl, X509** /*certificate*/, EVP_PKEY** /*key*/) {
  of(ssl).is_certificate_missing_ = true;
  return 0;
}

int TlsHandshake::keep_session(SSL* ssl, SSL_SESSION* session) {
  auto& peer = *of(ssl).peer_;
  if (SSL_session_reused(ssl) != 1) {
    peer.verified_ = steady_clock::now();
  }
  peer.session_.reset(session);
  return 1;  // it is ours now
}

TlsFacts TlsHandshake::facts() const {
  TlsFacts facts;
  facts.not_after = refused_not_after_;
  if (SSL_is_init_finished(ssl_) == 1) {
    facts.version = SSL_get_version(ssl_);
    facts.cipher = SSL_get_cipher_name(ssl_);
  }
  if (const auto* const certificate = SSL_get0_peer_certificate(ssl_)) {
    facts.not_after = read_time(X509_get0_notAfter(certificate));
  }
  return facts;
}

void TlsHandshake::tell_peer() const {
  const auto seen = facts();
  if (seen != TlsFacts()) {
    peer_->seen_ = seen;
  }
}

bool TlsHandshake::has_heard() const { return BIO_number_read(SSL_get_rbio(ssl_)) > 0; }

std::string TlsHandshake::describe(unsigned long error) const {
  const int reason = ERR_GET_REASON(error);
  if (reason > kFirstAlert && reason <= kLastAlert) {
    return describe_alert(reason - kFirstAlert);
  }
  if (is_no_tls(error)) {
    return "what answers there does not speak TLS";
  }
  switch (reason) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return describe_certificate();
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return "no common version: the server speaks an older TLS than min_version allows, or than "
             "1.2";
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
      return "no common version: this system allows none of those from min_version on";
    default:
      break;
  }
  const auto* const text = ERR_reason_error_string(error);
  return "the handshake failed: " + std::string(text == nullptr ? "no reason known" : text);
}

std::string TlsHandshake::describe_certificate() const {
  const auto of_whom = [&] {
    return is_own_refused_ || !refused_ ? std::string("the server's certificate")
                                        : "the certificate of its authority " +
                                              describe_name(X509_get_subject_name(refused_.get()));
  };
  switch (verify_error_) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return of_whom() + " expired on " +
             describe_time(refused_ ? read_time(X509_get0_notAfter(refused_.get())) : std::nullopt);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return of_whom() + " is not valid before " +
             describe_time(refused_ ? read_time(X509_get0_notBefore(refused_.get()))
                                    : std::nullopt) +
             "; is a clock wrong?";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "wrong name: the server's certificate is for " +
             (refused_ ? describe_names(refused_.get()) : "others") + ", not for " + peer_->name_ +
             (is_ip(peer_->name_) ? " as an IP address" : "") +
             "; set server_name to one that it names";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "unknown authority: " + of_whom() + " was signed by " +
             (refused_ ? describe_name(X509_get_issuer_name(refused_.get())) : "somebody") +
             ", which we do not know; put that one's certificate into ca_file";
    default:
      break;
  }
  return of_whom() + " is not accepted: " + X509_verify_cert_error_string(verify_error_);
}

std::string TlsHandshake::describe_alert(int alert) const {
  const bool has_own = peer_->context_->own_not_after().has_value();
  const std::string name = SSL_alert_desc_string_long(alert);
  const auto said =
      "; it said \"" + (name == "unknown" ? "alert " + std::to_string(alert) : name) + "\"";
  switch (alert) {
    case SSL_AD_PROTOCOL_VERSION:
      return "no common version: the server accepts none of the TLS versions that we offer" + said;
    case SSL_AD_UNRECOGNIZED_NAME:
      return "the server does not know the name " + peer_->name_ + "; set server_name" + said;
    case SSL_AD_UNKNOWN_CA:
      return "the server does not know the authority of our certificate; check cert_file and the "
             "server's trust store" +
             said;
    case SSL_AD_CERTIFICATE_EXPIRED:
      return "our certificate has expired for the server; renew cert_file" + said;
    default:
      break;
  }
  if (is_certificate_missing_) {
    return "the server demands a client certificate; set cert_file and key_file" + said;
  }
  switch (alert) {
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_DECRYPT_ERROR:
      return "the server does not accept our certificate; check cert_file and the server's trust "
             "store" +
             said;
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_INSUFFICIENT_SECURITY:
      return has_own
                 ? "the server ended the handshake: no common cipher, or it does not accept our "
                   "certificate" +
                       said
                 : "no common cipher: the server accepts none that we offer" + said;
    default:
      return "the server ended the connection" + said;
  }
}

bool is_no_tls(unsigned long error) {
  const int reason = ERR_GET_REASON(error);
  return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
         reason == SSL_R_PACKET_LENGTH_TOO_LONG || reason == SSL_R_BAD_RECORD_TYPE;
}

void prepare_for_peers(SSL_CTX* context, bool verify) {
  SSL_CTX_set_verify(context, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                     verify ? &TlsHandshake::check : nullptr);
  SSL_CTX_set_client_cert_cb(context, &TlsHandshake::note_missing);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, &TlsHandshake::keep_session);
}

}  // namespace zke
