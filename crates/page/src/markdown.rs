//! `CommonMark` of a guide as HTML that only formats.

use std::time::{Duration, Instant};

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use url::Url;

/// Longest time for a whole guide: an honest one takes a few milliseconds.
const TIME: Duration = Duration::from_secs(2);

/// Deepest nesting of quotes and lists. Each line of a deep one is compared with all
/// that it may continue, which takes minutes for a long text.
const DEPTH: usize = 16;

/// Renders the texts of a guide. One that nests too deeply, or that is not reached in time,
/// stays as it was written.
pub(crate) fn render<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let begin = Instant::now();
    render_while(texts, || begin.elapsed() < TIME)
}

fn render_while<'a>(texts: impl Iterator<Item = &'a str>, in_time: impl Fn() -> bool) -> Vec<String> {
    let rendered = |text: &str| {
        Some(text).filter(|text| depth(text) <= DEPTH && in_time()).and_then(|text| formatted(text, &in_time))
    };
    texts.map(|text| rendered(text).unwrap_or_else(|| as_written(text))).collect()
}

/// Counts the marks of quotes and lists at the beginning of each line, and returns the most.
fn depth(text: &str) -> usize {
    let marks = |line: &str| {
        let blank = |c: char| c == ' ' || c == '\t';
        let (mut rest, mut count) = (line.trim_start_matches(blank), 0);
        while let Some(after) =
            rest.strip_prefix('>').or_else(|| list_item(rest).filter(|after| after.starts_with(blank)))
        {
            count += 1;
            rest = after.trim_start_matches(blank);
        }
        count
    };
    text.lines().map(marks).max().unwrap_or_default()
}

fn list_item(line: &str) -> Option<&str> {
    let numbered = || line.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(['.', ')']);
    line.strip_prefix(['-', '+', '*']).or_else(numbered)
}

/// Writes a text without any format.
fn as_written(text: &str) -> String {
    let mut written = String::new();
    let block = CodeBlockKind::Indented;
    let events = [Event::Start(Tag::CodeBlock(block)), Event::Text(text.into()), Event::End(TagEnd::CodeBlock)];
    html::push_html(&mut written, events.into_iter());
    written
}

/// Renders a text. Raw HTML and images are left out, the text of an image stays; a link
/// is `https` or plain text. Headings begin below those of the page. None: not in time.
fn formatted(text: &str, in_time: impl Fn() -> bool) -> Option<String> {
    let mut links = Vec::new();
    let events = Parser::new_ext(text, Options::empty()).take_while(|_| in_time()).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => {
            let opening = https(&dest_url).map(|url| {
                // A parsed URL contains no quotation mark and no angle bracket.
                let href = url.as_str().replace('&', "&amp;");
                format!("<a href=\"{href}\" target=\"_blank\" rel=\"noopener noreferrer\">")
            });
            links.push(opening.is_some());
            opening.map(|opening| Event::Html(opening.into()))
        }
        Event::End(TagEnd::Link) => links.pop().filter(|kept| *kept).map(|_| Event::Html("</a>".into())),
        Event::Start(Tag::Heading { level, .. }) => {
            Some(Event::Start(Tag::Heading { level: lower(level), id: None, classes: Vec::new(), attrs: Vec::new() }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(lower(level)))),
        Event::Start(Tag::CodeBlock(_)) => {
            Some(Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(CowStr::Borrowed("")))))
        }
        Event::Html(_)
        | Event::InlineHtml(_)
        | Event::Start(Tag::HtmlBlock | Tag::Image { .. })
        | Event::End(TagEnd::HtmlBlock | TagEnd::Image) => None,
        other => Some(other),
    });
    let mut rendered = String::new();
    html::push_html(&mut rendered, events);
    in_time().then_some(rendered)
}

fn https(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.username().is_empty() && url.password().is_none())
}

fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H4,
        HeadingLevel::H2 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn render(text: &str) -> String {
        super::render([text].into_iter()).remove(0)
    }

    #[test]
    fn a_guide_that_nests_too_deeply_stays_as_it_was_written() {
        let quotes = |depth: usize| format!("{}a <b>", "> ".repeat(depth));
        assert_eq!(render(&quotes(16)).matches("<blockquote>").count(), 16);
        assert_eq!(render(&quotes(17)), format!("<pre><code>{}a &lt;b&gt;</code></pre>\n", "&gt; ".repeat(17)));
        for marks in [">", "- ", "+\t", "1. ", "23) ", ">* "] {
            assert!(render(&format!("a\n\n  {}a", marks.repeat(17))).starts_with("<pre>"), "{marks}");
        }
        assert!(render("---\n\n-----------------------\n>>>> a\n\n1.2.3.4.5.6.7").starts_with("<hr />"));
    }

    #[test]
    fn a_guide_whose_time_is_over_stays_as_it_was_written_from_there_on() {
        // The longest text that a guide may have, each in a way that is hard to read.
        let lines = |line: &str| line.repeat(64 * 1024 / line.len());
        let hard =
            [">", "> > > a\n", "[", "*a **b ", "`a ``b ", "![a](", "[a](<b", "<a ", "> * a\n", "[a]: b\n"].map(lines);
        for text in &hard {
            // The clock is looked at while a text is rendered, too.
            let asked = Cell::new(0);
            let in_time = || asked.replace(asked.get() + 1) < 3;
            let rendered = render_while([text.as_str(), "*a*"].into_iter(), in_time);
            assert!(asked.get() >= 2, "{text:.20}");
            assert!(rendered.len() == 2 && (asked.get() < 4 || rendered[1].starts_with("<pre>")), "{text:.20}");
        }
        assert_eq!(render_while(["*a*"; 2].into_iter(), || false), ["<pre><code>*a*</code></pre>\n"; 2]);
    }

    #[test]
    fn commonmark_becomes_html() {
        let text = "# Top\n\n1. **Go** to *Admin*\n2. `Save`\n\n> Note\n\n```js evil=\"1\"\na < b\n```\n";
        assert_eq!(
            render(text),
            "<h4>Top</h4>\n<ol>\n<li><strong>Go</strong> to <em>Admin</em></li>\n<li><code>Save</code></li>\n</ol>\n\
             <blockquote>\n<p>Note</p>\n</blockquote>\n<pre><code>a &lt; b\n</code></pre>\n"
        );
    }

    #[test]
    fn only_https_links_are_links() {
        assert_eq!(
            render("[a](https://docs.example/?a=1&b=\"2\")"),
            "<p><a href=\"https://docs.example/?a=1&amp;b=%222%22\" target=\"_blank\" rel=\"noopener noreferrer\">a</a></p>\n"
        );
        for url in [
            "http://docs.example",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java&#x09;script:alert(1)",
            "data:text/html,x",
            "//docs.example",
            "/api/facts",
            "#top",
            "https://someone@docs.example",
            "<https:>",
        ] {
            assert_eq!(render(&format!("[a]({url})")), "<p>a</p>\n", "{url}");
        }
        assert_eq!(render("<javascript:alert(1)>"), "<p>javascript:alert(1)</p>\n");
        assert_eq!(render("[![alt](https://x.example/p.png)](https://x.example)").matches("<a ").count(), 1);
    }

    #[test]
    fn nothing_but_formatting_comes_out() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<div onclick='x()'>\n\n**b**\n\n</div>",
            "<!-- c --> <?php ?> <![CDATA[x]]>",
            "![x](https://x.example/\" onerror=\"alert(1))",
            "[x](https://x.example/\"onmouseover=\"alert(1) 'x\" onclick=\"y')",
            "[<b>x</b>](https://x.example)",
            "```\"><script>alert(1)</script>\ncode\n```",
            "<a href=\"https://x.example\" onclick=\"x()\">x</a>",
            "<svg/onload=alert(1)>",
            "\\<script>alert(1)\\</script>",
        ] {
            let html = render(text);
            let mut rest = html.as_str();
            while let Some((_, from)) = rest.split_once('<') {
                let (tag, after) = from.split_once('>').unwrap();
                let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap();
                assert!(["p", "a", "strong", "pre", "code"].contains(&name), "{text}: {html}");
                let plain = tag.trim_start_matches('/') == name;
                let link = tag.starts_with("a href=\"https://x.example") && tag.matches('"').count() == 6;
                assert!(plain || link, "{text}: {html}");
                rest = after;
            }
        }
    }
}
