package stripe

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

// tolerance is how far the time of a signature may be from ours.
const tolerance = 5 * time.Minute

// maxSignatures is more than Stripe sends: one per secret of the endpoint, of which there are two while one is replaced.
const maxSignatures = 8

var (
	errSignature = errors.New("the header Stripe-Signature is missing, or not one")
	errStale     = errors.New("the signature is too old, or of the future")
	errForged    = errors.New("no signature is that of the secret")
)

// Signature is the header Stripe-Signature: https://docs.stripe.com/webhooks#verify-manually.
type Signature struct {
	at   string // Unix seconds, as they were signed
	macs [][]byte
}

// ReadSignature reads the header, and checks its time.
func ReadSignature(header string, now time.Time) (Signature, error) {
	var read Signature
	for item := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
		switch name {
		case "t":
			if read.at != "" {
				return Signature{}, errSignature
			}
			read.at = value
		case "v1":
			mac, err := hex.DecodeString(value)
			if err != nil || len(mac) != sha256.Size || len(read.macs) == maxSignatures {
				return Signature{}, errSignature
			}
			read.macs = append(read.macs, mac)
		}
	}

	seconds, err := strconv.ParseInt(read.at, 10, 64)
	if err != nil || len(read.macs) == 0 {
		return Signature{}, errSignature
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return Signature{}, errStale
	}
	return read, nil
}

// Verify checks that the holder of the secret has signed the body.
func (s Signature) Verify(body []byte, secret string) error {
	want := hmac.New(sha256.New, []byte(secret))
	want.Write([]byte(s.at + "."))
	want.Write(body)
	sum := want.Sum(nil)
	for _, mac := range s.macs {
		if hmac.Equal(mac, sum) {
			return nil
		}
	}
	return errForged
}
