package http1

import "bytes"

// validHost says whether v is uri-host [ ":" port ], RFC 9110 7.2; empty is.
func validHost(v []byte) bool {
	i := 0
	if len(v) > 0 && v[0] == '[' {
		i = bytes.IndexByte(v, ']')
		if i < 2 {
			return false
		}
		for _, c := range v[1:i] {
			if c != ':' && class[c]&isHost == 0 {
				return false
			}
		}
		i++
	} else {
		for i < len(v) && v[i] != ':' {
			if v[i] == '%' && escape(v[i:]) {
				i += 2
			} else if class[v[i]]&isHost == 0 {
				return false
			}
			i++
		}
	}
	if i < len(v) && v[i] != ':' {
		return false
	}
	for i++; i < len(v); i++ {
		if class[v[i]]&isDigit == 0 {
			return false
		}
	}
	return true
}

// escape says whether b starts with a percent-encoded byte.
func escape(b []byte) bool {
	return len(b) >= 3 && class[b[1]]&class[b[2]]&isHex != 0
}
