package config

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/binding"
)

// minSecret is the shortest key that is accepted, in characters, and minVariety how many different characters it must
// have. A random key of that length has more.
const (
	minSecret  = 32
	minVariety = 8
)

func signingKey(_, value string) (fault, right string) {
	variety := map[rune]bool{}
	for _, char := range value {
		variety[char] = true
	}
	if len(value) < minSecret {
		return fmt.Sprintf("is shorter than %d characters", minSecret), ""
	}
	if len(variety) < minVariety {
		return fmt.Sprintf("has only %d different characters, and is easily guessed", len(variety)), ""
	}
	return "", ""
}

func bearerToken(stack, value string) (fault, right string) {
	if fault, right = signingKey(stack, value); fault != "" {
		return fault, right
	}
	return headerText(stack, value)
}

func headerText(_, value string) (fault, right string) {
	if !visible.MatchString(value) {
		return "has spaces, line breaks or characters beyond ASCII, which cannot be sent in a header", ""
	}
	return "", ""
}

func googleID(stack, value string) (fault, right string) {
	if strings.HasPrefix(value, "GOCSPX-") {
		return "is a client secret: the ID ends with .apps.googleusercontent.com", ""
	}
	return headerText(stack, value)
}

func encryptionKeys(_, value string) (fault, right string) {
	if _, err := binding.ParseKeys(value); err != nil {
		return err.Error(), ""
	}
	return "", ""
}
