package auth

import "crypto/rand"

const (
	letters      = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	alphanumeric = letters + "0123456789"
	urlSafe      = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
)

// newID makes the id of a row, or a session token: 32 of a-zA-Z0-9, 190 bits.
func newID() string { return randomText(32, alphanumeric) }

// newState makes an OAuth state: 32 of a-z0-9A-Z-_.
func newState() string { return randomText(32, urlSafe) }

// newVerifier makes a PKCE verifier (RFC 7636): 128 of a-z0-9A-Z-_.
func newVerifier() string { return randomText(128, urlSafe) }

// randomText draws letters of an alphabet of at most 64, each equally likely. Six random bits without a letter are drawn
// again.
func randomText(length int, alphabet string) string {
	text := make([]byte, 0, length)
	draw := make([]byte, length+length/8)

	for {
		// crypto/rand never fails: it ends the program instead.
		_, _ = rand.Read(draw)
		for _, bits := range draw {
			if index := int(bits & 63); index < len(alphabet) {
				if text = append(text, alphabet[index]); len(text) == length {
					return string(text)
				}
			}
		}
	}
}
