"use strict";
// Some work for a browser, much more for whoever sends thousands: a number that makes the digest of
// the mark begin with as many zeros as are asked for. Then the form is sent. SHA-256 is written out
// because browsers offer theirs over HTTPS only, and one call each is slower than this.
(function () {
  var form = document.getElementById("work");
  if (!form) return;
  var mark = form.dataset.mark, bits = Number(form.dataset.bits), next = 0;
  var bar = document.getElementById("working");
  var K = new Int32Array(64), START = new Int32Array(8), W = new Int32Array(64);
  // The fractions of the cube and square roots of the first primes.
  for (var prime = 2, found = 0; found < 64; prime++) {
    var whole = true;
    for (var by = 2; by * by <= prime; by++) if (prime % by === 0) whole = false;
    if (!whole) continue;
    if (found < 8) START[found] = (Math.pow(prime, 1 / 2) % 1) * 4294967296;
    K[found++] = (Math.pow(prime, 1 / 3) % 1) * 4294967296;
  }
  // The first word of the digest of a text of at most 55 ASCII letters.
  function first(text) {
    var i, length = text.length;
    for (i = 0; i < 16; i++) W[i] = 0;
    for (i = 0; i < length; i++) W[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
    W[length >> 2] |= 128 << (24 - 8 * (length & 3));
    W[15] = length * 8;
    for (i = 16; i < 64; i++) {
      var x = W[i - 15], y = W[i - 2];
      W[i] = W[i - 16] + W[i - 7]
        + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3)
        + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10);
    }
    var a = START[0], b = START[1], c = START[2], d = START[3];
    var e = START[4], f = START[5], g = START[6], h = START[7];
    for (i = 0; i < 64; i++) {
      var s = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7))
        + (e & f ^ ~e & g) + K[i] + W[i] | 0;
      var t = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10))
        + (a & b ^ a & c ^ b & c) | 0;
      h = g; g = f; f = e; e = d + s | 0; d = c; c = b; b = a; a = s + t | 0;
    }
    return a + START[0] | 0;
  }
  function round() {
    for (var until = Date.now() + 40; Date.now() < until;) {
      for (var i = 0; i < 200; i++, next++) {
        if (first(mark + "." + next) >>> (32 - bits) !== 0) continue;
        form.elements.work.value = String(next);
        form.submit();
        return;
      }
    }
    if (bar) bar.value = 1 - Math.exp(-next / Math.pow(2, bits));
    setTimeout(round, 0);
  }
  if (bar) bar.hidden = false;
  round();
})();
