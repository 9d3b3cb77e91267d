// Package tls takes the place of crypto/tls in the Worker's Wasm. The platform ends TLS before a request reaches the program,
// and begins it for what the program fetches, but net/http names the types of crypto/tls, and would bring all of it, crypto/x509
// too: a sixth of the Wasm, whose initialization is the most expensive of all packages at a cold start. It has the exported
// names that net/http uses, with the same types, and refuses every connection. Native programs never see it.
package tls

import (
	"context"
	"errors"
	"net"
	"time"
)

// ErrNotLinked is returned by everything that would use TLS.
var ErrNotLinked = errors.New("tls: not linked into a Worker, whose platform does it")

// Versions and cipher suites, as the IANA numbers them.
const (
	VersionTLS12 = 0x0303
	VersionTLS13 = 0x0304

	TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256   uint16 = 0xc02f
	TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 uint16 = 0xc02b
)

// Certificate is a certificate chain.
type Certificate struct {
	Certificate [][]byte
}

// LoadX509KeyPair fails.
func LoadX509KeyPair(_, _ string) (Certificate, error) { return Certificate{}, ErrNotLinked }

// ClientHelloInfo is what a client asks for.
type ClientHelloInfo struct {
	ServerName string
}

// Config configures a client or a server.
type Config struct {
	Certificates             []Certificate
	GetCertificate           func(*ClientHelloInfo) (*Certificate, error)
	GetConfigForClient       func(*ClientHelloInfo) (*Config, error)
	NextProtos               []string
	ServerName               string
	CipherSuites             []uint16
	PreferServerCipherSuites bool
	MinVersion               uint16
}

// Clone returns a copy.
func (c *Config) Clone() *Config {
	if c == nil {
		return nil
	}
	clone := *c
	return &clone
}

// ConnectionState describes the connection that a request came by.
type ConnectionState struct {
	Version                    uint16
	HandshakeComplete          bool
	CipherSuite                uint16
	NegotiatedProtocol         string
	NegotiatedProtocolIsMutual bool
	ServerName                 string
}

// RecordHeaderError is an answer that is not TLS.
type RecordHeaderError struct {
	Msg          string
	RecordHeader [5]byte
	Conn         net.Conn
}

func (e RecordHeaderError) Error() string { return "tls: " + e.Msg }

// Conn wraps a connection that it lets nobody use. net/http wraps plain connections in it, too.
type Conn struct {
	conn net.Conn
}

// Client returns a connection whose handshake fails.
func Client(conn net.Conn, _ *Config) *Conn { return &Conn{conn: conn} }

// NetConn returns the connection that is wrapped.
func (c *Conn) NetConn() net.Conn { return c.conn }

// ConnectionState returns that there has been no handshake.
func (c *Conn) ConnectionState() ConnectionState { return ConnectionState{} }

// HandshakeContext fails.
func (c *Conn) HandshakeContext(context.Context) error { return ErrNotLinked }

func (c *Conn) Read([]byte) (int, error)           { return 0, ErrNotLinked }
func (c *Conn) Write([]byte) (int, error)          { return 0, ErrNotLinked }
func (c *Conn) Close() error                       { return c.conn.Close() }
func (c *Conn) LocalAddr() net.Addr                { return c.conn.LocalAddr() }
func (c *Conn) RemoteAddr() net.Addr               { return c.conn.RemoteAddr() }
func (c *Conn) SetDeadline(t time.Time) error      { return c.conn.SetDeadline(t) }
func (c *Conn) SetReadDeadline(t time.Time) error  { return c.conn.SetReadDeadline(t) }
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.conn.SetWriteDeadline(t) }

// Dialer dials nothing.
type Dialer struct {
	NetDialer *net.Dialer
	Config    *Config
}

// DialContext fails.
func (d *Dialer) DialContext(context.Context, string, string) (net.Conn, error) {
	return nil, ErrNotLinked
}

// NewListener returns a listener that accepts nobody.
func NewListener(inner net.Listener, _ *Config) net.Listener { return listener{inner} }

type listener struct{ net.Listener }

func (listener) Accept() (net.Conn, error) { return nil, ErrNotLinked }
