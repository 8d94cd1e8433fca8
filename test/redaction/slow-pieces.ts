// Beginnings of what the patterns look for: over and over, with no end that would fit, they make a text on which a careless pattern is slow.
export const PIECES: readonly string[] = [
  ..."a0.@:/-=_[(%\\+ é\u200b{\"'\n",
  ..."eyJ eyJa. .eyJ 1. 1: ::1 a@ @a at [at] 127.0.0. fe80: user- gid:/ project_1_".split(" "),
  ..."glpat- _gitlab_session= cookie: a= authorization: bearer://a: ://a:b incoming+a".split(" "),
  ...'-----BEGIN token=> password:" xoxb- &#64; &#x %41 =41 \\u0041 \\x41 YWFh 6161 0123456789.'.split(
    " ",
  ),
  ..."%\n 1.\n %2f a/ ../ .git .wiki.git /-/ -.a 1,1 x# User\t ῼ ﷺ".split(" "),
];
