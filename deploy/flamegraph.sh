#!/bin/sh
# A flame graph of a running process as an SVG picture:
#
#   deploy/flamegraph.sh PID [SECONDS] > flame.svg
#
# or of what was recorded elsewhere:  perf script -i perf.data | deploy/flamegraph.sh - > flame.svg
# Needs perf (Debian: linux-perf), and for names the binary's .dbg file beside it; nothing else. Width is share of samples: a wide
# frame was on the processor, or had somebody there whom it called. The process's own code is orange, the kernel's blue.
set -eu

if [ $# -lt 1 ] || { [ "$1" != "-" ] && ! kill -0 "$1" 2>/dev/null; }; then
  echo "usage: $0 PID [SECONDS] > flame.svg   (PID must be a running process of yours)" >&2
  exit 2
fi

samples() {
  if [ "$1" = "-" ]; then
    cat
    return
  fi
  recording=$(mktemp)
  trap 'rm -f "$recording" "$recording.old"' EXIT
  perf record -q -F 199 -g -o "$recording" -p "$1" -- sleep "${2:-10}" >&2
  perf script -i "$recording" 2>/dev/null
}

# One line for each stack, root first: thread;frame;frame count.
fold() {
  awk '
    /^[^ \t#]/ { thread = match($0, / +[0-9]+(\/[0-9]+)? +(\[[0-9]+\] +)?[0-9.]+:/) ? substr($0, 1, RSTART - 1) : $1; stack = ""; next }
    /^[ \t]+[0-9a-f]+ / {
      frame = $0
      sub(/^[ \t]+[0-9a-f]+ /, "", frame)
      kernel = frame ~ /\[(kernel|guest)[^]]*\]\)$/ ? "_[k]" : ""
      sub(/ \((\/|\[).*\)$/, "", frame)
      sub(/\+0x[0-9a-f]+$/, "", frame)
      gsub(/;/, ":", frame)
      stack = stack == "" ? frame kernel : frame kernel ";" stack
      next
    }
    /^$/ && stack != "" { count[thread ";" stack]++; stack = "" }
    END { if (stack != "") count[thread ";" stack]++; for (s in count) print s "\t" count[s] }' | LC_ALL=C sort
}

draw() {
  awk -F '\t' '
    function escaped(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text); gsub(/"/, "\\&quot;", text); return text }
    function close_down_to(depth) {
      for (; open > depth; open--) { n++; name[n] = at[open]; from[n] = start[open]; width[n] = x - start[open]; level[n] = open }
    }
    {
      d = split("all;" $1, frame, ";")
      for (same = 0; same < d && same < open && frame[same + 1] == at[same + 1]; same++) {}
      close_down_to(same)
      for (i = same + 1; i <= d; i++) { at[i] = frame[i]; start[i] = x }
      open = d
      x += $2
    }
    END {
      close_down_to(0)
      if (x == 0) { print "no samples: the process did nothing while it was watched" > "/dev/stderr"; exit 1 }
      for (i = 1; i <= n; i++) if (width[i] * 1200 / x >= 3 && level[i] > deepest) deepest = level[i]
      height = 16 * (deepest + 2)
      printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1200 %d\" font-family=\"monospace\" font-size=\"11\">\n", height
      printf "<rect width=\"1200\" height=\"%d\" fill=\"#fff\"/><text x=\"4\" y=\"12\">%d samples; point at a frame for its name and share</text>\n", height, x
      for (i = 1; i <= n; i++) {
        w = width[i] * 1200 / x
        if (w < 3) continue
        label = name[i]
        kernel = sub(/_\[k\]$/, "", label)
        hue = 0
        for (c = 1; c <= length(label); c += 3) hue = (hue * 31 + index("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789", substr(label, c, 1))) % 55
        room = int(w / 6.7)
        text = length(label) <= room ? label : (room > 3 ? ".." substr(label, length(label) - room + 3) : "")
        left = from[i] * 1200 / x
        top = height - 16 * level[i]
        printf "<g><title>%s: %.2f %%</title><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"15\" fill=\"%s\"/>", escaped(label), 100 * width[i] / x, left, top, w, kernel ? sprintf("rgb(%d,%d,230)", 120 + hue, 170 + hue) : sprintf("rgb(230,%d,60)", 130 + 2 * hue)
        if (text != "") printf "<text x=\"%.1f\" y=\"%d\">%s</text>", left + 2, top + 11, escaped(text)
        print "</g>"
      }
      print "</svg>"
    }'
}

samples "$@" | fold | draw
