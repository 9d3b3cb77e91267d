package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// settings are the plugin's configuration. Each comes from the stack's key (cloudflare:…), or an environment variable, or a
// default.
type settings struct {
	token      string
	origin     string // "https://" and the host
	basePath   string
	rps        int // requests per second
	retries    int
	minBackoff time.Duration
	maxBackoff time.Duration
	timeout    time.Duration // of one attempt
}

var errNoToken = errors.New("credentials are not set correctly: set CLOUDFLARE_API_TOKEN, " +
	"or run: pulumi config set --secret cloudflare:apiToken")

func readSettings(config resource.PropertyMap) (settings, error) {
	r := settingsReader{config: config}
	s := settings{
		token:      r.text("apiToken", "CLOUDFLARE_API_TOKEN", ""),
		origin:     "https://" + r.text("apiHostname", "CLOUDFLARE_API_HOSTNAME", "api.cloudflare.com"),
		basePath:   r.text("apiBasePath", "CLOUDFLARE_API_BASE_PATH", "/client/v4"),
		rps:        r.number("rps", "CLOUDFLARE_RPS", 4),
		retries:    r.number("retries", "CLOUDFLARE_RETRIES", 3),
		minBackoff: time.Duration(r.number("minBackoff", "CLOUDFLARE_MIN_BACKOFF", 1)) * time.Second,
		maxBackoff: time.Duration(r.number("maxBackoff", "CLOUDFLARE_MAX_BACKOFF", 30)) * time.Second,
		timeout:    time.Duration(r.number("timeout", "CLOUDFLARE_TIMEOUT", 30)) * time.Second,
	}
	return s, errors.Join(r.faults...)
}

// framework returns the settings of the client for D1, R2 and rulesets. The genuine client takes its shortest wait from
// maxBackoff, so its first retry waits as long as its last.
func (s settings) framework() settings {
	s.minBackoff = s.maxBackoff
	return s
}

type settingsReader struct {
	config resource.PropertyMap
	faults []error
}

func (r *settingsReader) text(key, variable, byDefault string) string {
	if value, ok := plain(r.config[resource.PropertyKey(key)]).(string); ok && value != "" {
		return value
	}
	if value := os.Getenv(variable); value != "" {
		return value
	}
	return byDefault
}

// The engine sends numbers as numbers or as text.
func (r *settingsReader) number(key, variable string, byDefault int) int {
	if value, ok := plain(r.config[resource.PropertyKey(key)]).(float64); ok {
		return int(value)
	}
	text := r.text(key, variable, strconv.Itoa(byDefault))
	number, err := strconv.Atoi(text)
	if err != nil || number < 0 {
		r.faults = append(r.faults, fmt.Errorf("cloudflare:%s (or %s) must be a whole number, not %q", key, variable, text))
	}
	return number
}
