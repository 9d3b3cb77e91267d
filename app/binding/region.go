package binding

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// region is one of DashScope's, with the host that all accounts share and the one of a workspace.
type region struct {
	name, place string
	shared      string // "" if there is none: only workspaces have a host
	workspace   string // after the workspace's ID and a dot
}

// regions: https://www.alibabacloud.com/help/en/model-studio/regions.
var regions = []region{
	{"sg", "Singapore", "dashscope-intl.aliyuncs.com", "ap-southeast-1.maas.aliyuncs.com"},
	{"bj", "Beijing", "dashscope.aliyuncs.com", "cn-beijing.maas.aliyuncs.com"},
	{"us", "Virginia", "dashscope-us.aliyuncs.com", "us-east-1.maas.aliyuncs.com"},
	{"de", "Frankfurt", "", "eu-central-1.maas.aliyuncs.com"},
	{"hk", "Hong Kong", "cn-hongkong.dashscope.aliyuncs.com", "cn-hongkong.maas.aliyuncs.com"},
	{"jp", "Tokyo", "", "ap-northeast-1.maas.aliyuncs.com"},
}

// Regions are the values of QwenRegion.
func Regions() []string {
	var names []string
	for _, one := range regions {
		names = append(names, one.name)
	}
	return names
}

// Reasons why there is no host.
var (
	ErrNoRegion    = errors.New("is not a region")
	ErrNoWorkspace = errors.New("has only hosts of workspaces")
)

// QwenHost returns DashScope's host in a region: the workspace's, or the one that all accounts share if it is "". Errors:
// ErrNoRegion, ErrNoWorkspace.
func QwenHost(name, workspace string) (string, error) {
	at := slices.IndexFunc(regions, func(one region) bool { return one.name == name })
	switch {
	case at < 0:
		return "", fmt.Errorf("%q %w", name, ErrNoRegion)
	case workspace != "":
		return workspace + "." + regions[at].workspace, nil
	case regions[at].shared == "":
		return "", fmt.Errorf("%s, %s, %w", name, regions[at].place, ErrNoWorkspace)
	}
	return regions[at].shared, nil
}

// IsWorkspace reports whether a text has the form of a workspace's ID, which becomes a part of a host name.
func IsWorkspace(text string) bool {
	strange := strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789-")
	return text != "" && len(text) <= 63 && strange == "" && text[0] != '-' && text[len(text)-1] != '-'
}

// qwenDomain is the domain of all of DashScope's hosts.
const qwenDomain string = "aliyuncs.com"

// ParseQwenBase reads a value of QwenBaseURL, https://host with an optional path, and returns it without a final slash, and
// whether the host is the provider's own.
func ParseQwenBase(text string) (base string, own bool, err error) {
	base = strings.TrimSuffix(text, "/")
	parsed, err := url.Parse(base)
	if err != nil || parsed.Scheme != "https" || parsed.Hostname() == "" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
		return "", false, errors.New("is not of the form https://host/path")
	}
	host := strings.ToLower(parsed.Hostname())
	return base, host == qwenDomain || strings.HasSuffix(host, "."+qwenDomain), nil
}
