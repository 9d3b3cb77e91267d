package picture

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWebURLs(t *testing.T) {
	good := []string{
		"http:example.test", `http:\\x.test\a`, "HTTPS://CDN.test/A.png", "https://user:pw@x.test/a", "http://[::1]/a", "https://ü.test",
		"http://x.test:65535", "http://x.test:", "http://1.2.3.4", "http://0x7f.1", "http://017700000001", "https://a_b.test", "https://-a.test",
		"http://x.test?q#f", "http:///x.test", " http://x.test ", "ht\ntp://x.test", "http://%41.test", "https://xn--bcher-kva.test", "http://a..b",
		"https://日本語.test", "http://x.test./", "http://user@@x.test",
	}
	for _, address := range good {
		assert.True(t, isWebURL(address), address)
	}

	bad := []string{
		"", "http", "http:", "http://", "https:///", "http://exa mple.test", "http://%zz.test", "http://x.test:99999", "http://x.test:8a", "http://[::1",
		"http://[::g]", "http://[1.2.3.4]", "ftp://x.test", "//x.test", "/a", "x.test/a", "blob:https://x.test/1", "javascript:alert(1)", "http://a<b.test",
		"http://%00.test", "http://1.2.3.256", "http://1.2.3.4.5", "http://256.256.256.256", "http://4294967296", "http://user@", "http://:80", "http://a^b",
		"http\u017f://x.test", "http://x.test:1:2", "http://%", "http://xn--zzzzzzzzz-.test", "http://a%2fb", "http://09",
	}
	for _, address := range bad {
		assert.False(t, isWebURL(address), address)
	}
}

func TestSniff(t *testing.T) {
	for head, want := range map[string]string{
		"\x89PNG\r\n\x1a\n": "image/png", "\xff\xd8\xff\xe0": "image/jpeg", "GIF89a": "image/gif", "RIFF\x00\x00\x00\x00WEBPVP8 ": "image/webp",
		"\x00\x00\x00\x1cftypavif": "image/avif", "<svg xmlns=": "", "<!doctype html>": "", "": "", "RIFF\x00\x00\x00\x00WAVE": "", "\x89PNG": "",
		"BM\x00": "image/bmp", "II*\x00": "image/tiff", "MM\x00*": "image/tiff",
	} {
		assert.Equal(t, want, Sniff([]byte(head)), "%q", head)
	}
}

func FuzzWebURL(f *testing.F) {
	for _, address := range []string{"http://x.test", "https://[::1]:8080/", "http://%41%zz", "http:\\\\a@b:1", "https://ü.test"} {
		f.Add(address)
	}
	f.Fuzz(func(_ *testing.T, address string) { isWebURL(address) })
}
