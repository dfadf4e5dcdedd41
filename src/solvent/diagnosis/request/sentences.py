"""How servers write what is wrong with a request: each form of sentence once, with what its parts mean.

The sentences were read in the vendors' own answers, as issue threads and labelled reports hold them; none is made up. They stand in
order: of two that state the same part the first one counts.
"""

from __future__ import annotations

from solvent.diagnosis.request.forms import Table, form

# OpenAI, Azure and whoever repeats their sentences.
_OPENAI = (
    form(
        "does not support",
        r"value: <Q><FIELD><Q> does not support <Q><SENT>?<Q> with this model\.(?: Only the default \((?P<allowed>[^)]{1,40})\))?",
        back=120,
    ),
    form("invalid value: ", r"invalid value: <Q><SENT><Q>[.,]"),
    form("supported values are", r"supported values are:? <LIST>"),
    form("invalid type for ", r"invalid type for <Q><FIELD><Q>: expected (?P<allowed>.{1,120}?), but got (?P<sent>.{1,60}?) instead"),
    form("invalid value for ", r"invalid value for <Q><FIELD><Q>: expected (?P<allowed>.{1,120}?), but got (?P<sent>.{1,60}?) instead"),
    form(
        "expected a value >=",
        r"(?:invalid <Q>(?P<field><PATH>)<Q>: )?[^:.]{0,60}[.,]? ?expected a value >= <MIN>, but got <GOT>",
        back=220,
    ),
    form(
        "expected a value <=",
        r"(?:(?:invalid|parameter) <Q>(?P<field><PATH>)<Q>(?: specified in the request (?:is|are) not valid)?: )?"
        r"[^:.]{0,60}[.,]? ?expected a value <= <MAX>, but got <GOT>",
        back=260,
    ),
    form(
        "with maximum length",
        r"(?:invalid <Q>(?P<field><PATH>)<Q>: )?[^:.]{0,40}\. expected an? (?P<name>\w{1,20}) with maximum length <MAX>, "
        r"but got an? \w{1,20} with length <GOT>",
        back=260,
    ),
    form(
        "matches the pattern",
        r"invalid <Q><FIELD><Q>: string does not match pattern\. expected a string that matches the pattern (?P<allowed><Q>\S{1,160}<Q>)",
        back=260,
    ),
    form(
        "expected an id that",
        r"invalid <Q><FIELD><Q>: <Q><SENT><Q>\. (?P<allowed>expected an ID that \w{1,12} with <Q>[\w-]{1,20}<Q>)",
        back=260,
    ),
    form(
        "unsupported parameter: ",
        r"unsupported parameter: <Q><FIELD><Q>(?: is not supported with this model\. use <Q>(?P<allowed>[\w.]{1,60})<Q> instead)?",
    ),
    form("unknown parameter: ", r"unknown parameter: <Q><FIELD><Q>"),
    form("missing required parameter: ", r"missing required parameter: <Q><FIELD><Q>"),
    form("unrecognized request argument", r"unrecognized request arguments? supplied: <FIELD>"),
    form(
        "max_tokens is too large",
        r"(?P<field>max_tokens) is too large: <GOT>\. this model supports at most <MAX> (?P<unit>(?:completion )?tokens)",
    ),
    form("is too large: ", r"<FIELD>(?:<Q> or <Q>\w{1,40})?<Q> is too large: (?P<sent>\d{1,16})", back=90),
    form("invalid schema for ", r"invalid schema for (?P<field>(?:function|response_format) <Q>[\w.-]{1,80}<Q>)"),
    form(
        "must be a response to a preceding",
        r"(?P<field>messages) with role <Q><SENT><Q> must be a response to (?P<allowed>a preceding message with <Q>\w{1,30}<Q>)",
        back=40,
    ),
)

# Anthropic and others whose servers validate by pydantic.
_VALIDATORS = (
    form(
        "does not match any of the expected tags",
        r"(?:<FIELD>: )?input tag <Q><SENT><Q> found using .{1,60}? does not match any of the expected tags: <LIST>",
        back=320,
    ),
    form("input should be ", r"(?P<field>(?-i:[a-z][a-z_]{1,60}(?:[.\[][\w.\[\]]{1,120})?))<Q>: input should be", back=190),
    form("input should be ", r"input should be (?:less than(?: or equal to)?|at most) <MAX>"),
    form("input should be ", r"input should be (?:greater than(?: or equal to)?|at least) <MIN>"),
    form("input should be ", r"input should be (?P<allowed>(?:an? valid|an?) [\w ]{1,40}(?<! )|[\"'`][^\[{]{1,400})"),
    form("input_value=", r"input_value=(?P<sent>.{1,120}?), input_type="),
    form("'input': ", r"'input': (?P<sent>'[^']{1,100}'|[\w.+-]{1,40})"),
    form('"input":', r'"input": ?(?P<sent>"[^"]{1,100}"|[\w.+-]{1,40})'),
    form("should match pattern", r"should match pattern (?P<allowed><Q>\S{1,160}<Q>)"),
    form("should have at most", r"(?P<name>\w{1,20}) should have at most <MAX> (?P<unit>\w{1,20})(?:[\w ]{0,30}, not <GOT>)?", back=24),
    form("should have at least", r"(?P<name>\w{1,20}) should have at least <MIN> (?P<unit>\w{1,20})(?:[\w ]{0,30}, not <GOT>)?", back=24),
    form("ensure this value is", r"ensure this value is less than(?: or equal to)? <MAX>"),
    form("ensure this value is", r"ensure this value is greater than(?: or equal to)? <MIN>"),
    form(
        "maximum allowed number of output tokens",
        r"<FIELD>: <GOT> > <MAX>, which is the maximum allowed number of output tokens",
        back=90,
        unit="tokens",
    ),
    form("prompt is too long: ", r"prompt is too long: <GOT> tokens > <MAX> maximum", name="context", unit="tokens"),
    form(
        "exceed context limit: ",
        r"input length and <Q>(?P<field>max_tokens)<Q> exceed context limit: (?P<got>\d{1,9} \+ \d{1,9}) > <MAX>",
        back=60,
        name="context",
        unit="tokens",
    ),
    form("must be greater than `", r"<Q><FIELD><Q> must be (?P<allowed>greater than `[\w.]{1,60}`)", back=60),
    form(
        "expected `",
        r"expected (?P<allowed>`[^`]{1,60}`(?:(?:, | or |, or )`[^`]{1,60}`){0,12}),? but (?:found|got) `(?P<sent>[^`]{1,60})`",
    ),
    form("is deprecated for this model", r"<Q><FIELD><Q> is deprecated for this model", back=60),
    form("unexpected role", r"(?:(?P<field>messages[\w.]{0,40}): )?unexpected role <Q><SENT><Q>", back=60),
    form(
        "blocks with cache_control",
        r"a maximum of <MAX> (?P<unit>blocks) with (?P<name>cache_control) may be provided\. found <GOT>",
        back=30,
    ),
    form("exceeds 5 mb maximum", r"image exceeds [\d.]{1,6} MB maximum: <GOT> (?P<unit>bytes) > <MAX> bytes", back=10, name="image"),
    form("exceed max allowed size", r"exceed max allowed size(?: for many-image requests)?: <MAX> (?P<unit>pixels)", name="image"),
    form("unexpected value(s)", r"unexpected value\(s\) `(?P<sent>[^`]{1,80})` for the `(?P<field>[^`]{1,60})` header"),
    form("may only be set to ", r"<Q><FIELD><Q> may only be set to (?P<allowed>[\w.]{1,20})", back=60),
)

# Google: its JSON reader and the checks behind it.
_GOOGLE = (
    form('unknown name "', r'unknown name "(?P<sent>[^"]{1,120})" at \'?(?P<field>[\w.\[\]]{1,300})\'?'),
    form('unknown name "', r'unknown name "(?P<field>[^"]{1,120})": cannot find field'),
    form(
        "invalid value at '",
        r"invalid value at '(?P<field>[\w.\[\]]{1,300})' \((?P<allowed>[\w./]{1,120})\), "
        r"(?:base64 decoding failed for )?\"(?P<sent>[^\"]{1,120})",
    ),
    form("invalid value at '", r"invalid value at '(?P<field>[\w.\[\]]{1,300})'"),
    form("generatecontentrequest.", r"\* (?P<field>GenerateContentRequest\.[\w.\[\]]{1,200})", back=2),
    form(
        "but the supported range is from",
        r"has an? (?P<field>\w{1,60}) value of <GOT> but the supported range is from <MIN> \(\w{1,12}\) to <MAX> ",
        back=90,
    ),
    form(
        "maximum number of tokens allowed",
        r"input token count (?:\(?<GOT>\)? )?exceeds the maximum number of tokens allowed \(?<MAX>",
        back=60,
        name="context",
        unit="tokens",
    ),
    form("payload size exceeds the limit", r"payload size exceeds the limit: <MAX> (?P<unit>bytes)", name="payload"),
    form("required oneof field", r"(?P<field>[\w.\[\]]{1,200}): required oneof field", back=210),
)

# Bedrock's schema checks and the AWS services' own.
_BEDROCK = (
    form(
        "failed to satisfy constraint",
        r"value (?:<Q>(?P<sent>[^']{1,120})<Q> )?at <Q><FIELD><Q> failed to satisfy constraint: "
        r"member must have value less than or equal to <MAX>",
        back=260,
    ),
    form(
        "failed to satisfy constraint",
        r"value (?:<Q>(?P<sent>[^']{1,120})<Q> )?at <Q><FIELD><Q> failed to satisfy constraint: "
        r"(?P<allowed>member must .{1,160}?)(?=[;\"'}]|$)",
        back=260,
    ),
    form("is not less or equal to", r"#/(?P<field>[\w/]{1,120}): <GOT> is not less or equal to <MAX>", back=160),
    form("is not greater or equal to", r"#/(?P<field>[\w/]{1,120}): <GOT> is not greater or equal to <MIN>", back=160),
    form("extraneous key [", r"#/(?P<field>[\w/]{1,120}): extraneous key \[(?P<sent>[^\]]{1,80})\] is not permitted", back=130),
    form("extraneous key [", r"extraneous key \[(?P<field>[^\]]{1,80})\] is not permitted"),
    form("expected type: ", r"#/(?P<field>[\w/]{1,120}): expected type: (?P<allowed>\w{1,30}), found: (?P<sent>\w{1,30})", back=130),
    form("required key [", r"required key \[(?P<field>[^\]]{1,80})\] not found"),
    form("is not a valid enum value", r"#/(?P<field>[\w/]{1,120}): (?P<sent>[^\s\"]{1,80}) is not a valid enum value", back=220),
    form("model limit of ", r"maximum tokens you requested exceeds the model limit of <MAX>", back=50, name="max_tokens", unit="tokens"),
    form("expected toolresult blocks at", r"expected (?P<allowed>toolResult blocks) at <FIELD>"),
)

# Servers written in Go, new-api among them, read a body into a type whose name ends in Request.
_GO = (
    form(
        "into go struct field ",
        r"cannot unmarshal (?P<sent>\w{1,20}) into Go struct field "
        r"(?P<field>[\w.]{1,160}) of type (?P<allowed>[\w.]{1,60})",
        back=50,
    ),
)

# Servers written in Rust (serde): DeepSeek, text-generation-inference, some relays.
_SERDE = (
    form(
        "unknown variant `",
        r"<HEAD>unknown variant `(?P<sent>[^`]{1,80})`, expected (?:one of )?<LIST>",
        back=140,
    ),
    form("unknown field `", r"unknown field `(?P<field>[^`]{1,80})`(?:, expected (?:one of )?<LIST>)?"),
    form("missing field `", r"missing field `(?P<field>[^`]{1,80})`"),
    form(
        "invalid type: ",
        r"<HEAD>invalid type: (?P<sent>[^,]{1,80}), expected (?P<allowed>(?:an? )?[\w ]{1,40}?)"
        r"(?= at |[,.\"'}\]]|$)",
        back=140,
    ),
    form("deserialize request body at `", r"deserialize request body at `(?P<field>[^`]{1,120})`"),
)

# How long a prompt, an answer or a body may be.
_LENGTHS = (
    form(
        "maximum context length is",
        r"maximum context length is <MAX> (?P<unit>tokens)(?:[.,]? (?:However, )?"
        r"(?:and your request has|you requested(?: about)?|your (?:messages|prompt|request) (?:resulted in|contains?|has)) <GOT>)?",
        name="context",
    ),
    form("maximum prompt length is", r"maximum prompt length is <MAX> but the request contains <GOT> (?P<unit>tokens)", name="context"),
    form(
        "maximum model length of",
        r"(?:length of |\(length )<GOT>\)? is longer than the maximum model length of <MAX>",
        back=60,
        name="context",
        unit="tokens",
    ),
    form("range of input length should be", r"range of (?P<name>input length) should be \[<MIN>, ?<MAX>\]", unit="tokens"),
    form("range of ", r"range of <NAME> (?:should be|is|must be) \[<MIN>, ?<MAX>[\])]"),
    form(
        "is longer than the model's context",
        r"(?P<got>\d{1,9}) tokens.{0,60}is longer than the model's context length \(?<MAX>",
        back=120,
        name="context",
        unit="tokens",
    ),
    form(
        "must be less than max_seq_len",
        r"length of (?P<name>prompt_tokens) \(<GOT>\) must be less than max_seq_len \(<MAX>\)",
        back=60,
        unit="tokens",
    ),
    form("in the prompt cannot exceed", r"in the prompt cannot exceed <MAX> - received <GOT>", name="context", unit="tokens"),
    form("the limit for this model is", r"the limit for this model is <MAX> (?P<unit>tokens)", name="context"),
    form(
        "`max_new_tokens` must be", r"`max_new_tokens` must be <= <MAX>\. given: (?P<got>\d{1,9}) `inputs` (?P<unit>tokens)", name="context"
    ),
    form("while limit is", r"current length is <GOT> while limit is <MAX>", back=50, name="context", unit="tokens"),
    form("max length exceeded", r"max length exceeded, max length: ?<MAX>", name="context", unit="tokens"),
    form("exceeded model token limit", r"exceeded model token limit: ?<MAX>(?: \(requested: ?<GOT>\))?", name="context", unit="tokens"),
    form("tokens per submitted batch is", r"tokens per submitted batch is <MAX>\. your batch has <GOT> (?P<unit>tokens)", name="batch"),
    form("is limited to ", r"number of prompt (?P<unit>tokens) .{0,60}is limited to <MAX>", back=90, name="context"),
    form("token小于", r"输入token小于<MAX>", back=6, name="context", unit="tokens"),
    form("max bytes per data-uri item", r"max (?P<unit>bytes) per (?P<name>data-uri) item ?: ?<MAX>"),
    form(
        "request too large for ",
        r"on (?P<unit>(?:input |output )?tokens|requests) per (?:min|minute|day) \((?P<name>[A-Z]{3})\): limit <MAX>, requested <GOT>",
        back=1,
    ),
    form("must be at least ", r"<Q><NAME><Q> must be at least <MIN>, got <GOT>", back=70),
    form("may be provided in one request", r"at most <MAX> (?P<unit>\w{1,20})\(s\) may be provided in one request", back=40),
    form("must be less than or equal to", r"(?:<Q><NAME><Q> )?must be less than or equal to <Q><MAX>", back=70),
    form(
        "must be greater than or equal to",
        r"(?:<Q><NAME><Q> )?must be greater than or equal to <Q><MIN>",
        back=70,
    ),
    form("must be between ", r"<Q><NAME><Q>:? must be between <MIN> and <MAX>", back=70),
)

# Short sentences of single vendors and relays.
_OTHERS = (
    form("', value: ", r"', value: '(?P<sent>[^']{1,120})'"),
    form("doesn't support the ", r"doesn't support the (?P<field>[A-Za-z]\w{0,60}(?:\.\w{1,60}){0,6}) field"),
    form("from your request", r"remove '(?P<field>[\w.]{1,120})' from your request", back=140),
    form("did not have response messages", r"did not have response messages: (?P<field>messages?\[\d{1,5}\][\w.]{0,60})"),
    form("per request", r"requested <GOT> tokens, max <MAX> (?P<unit>tokens) per request", back=60, name="request"),
    form("many-image requests (", r"many-image requests \(<MAX>(?P<unit>px)\)", name="image"),
    form("invalid input: expected ", r"invalid input: expected (?P<allowed>[\w \"']{1,60}), received (?P<sent>\w{1,20})"),
    form("thinking budget (", r"(?P<field>thinking budget) \((?P<sent>-?\d{1,9})\) is invalid"),
    form("may be provided", r"a maximum of <MAX> (?P<unit>[A-Za-z][A-Za-z ]{0,20}) may be provided", back=40),
    form("request size is ", r"maximum request size is <MAX> (?P<unit>MB|KB|GB|bytes)", back=20, name="request"),
    form(
        "choose a value between",
        r"(?:the (?P<name>thinking budget) <GOT> is invalid\. please )?choose a value between <MIN> and <MAX>",
        back=60,
    ),
    form(" is invalid", r"(?P<field>budget) (?P<sent>\d{1,12}) is invalid", back=24),
    form("blocks at messages.", r"(?:toolresult|tooluse) blocks at (?P<field>messages[\w.]{1,80})", back=12),
    form("discriminator property", r"'(?P<field>[\w.]{1,160})' : discriminator property '(?P<sent>[\w.]{1,60})'", back=180),
    form("range in [", r"<NAME> must be (?P<allowed>[a-z]{1,12}) and range in \[<MIN>, ?<MAX>", back=90),
    form("strictly positive", r"<Q><NAME><Q> must be (?P<allowed>strictly positive)", back=80),
    form("must have less than", r"<Q><NAME><Q> must have less than <MAX> (?P<unit>\w{1,20})\. given: <GOT>", back=70),
    form("contents is required", r"(?P<field>contents) is required"),
    form("is allowed for this model", r"invalid <NAME>: only (?P<allowed>[\w.]{1,20}) is allowed for this model", back=90),
    form(
        "supported values include",
        r"(?:invalid <Q><NAME><Q> specified: <Q>(?P<sent>[\w.-]{1,40})<Q>\. )?supported values include:? <LIST>",
        back=150,
    ),
    form("cannot both be specified", r"<Q><FIELD><Q> and <Q>\w{1,40}<Q> cannot both be specified", back=130),
    form("cannot be set at the same time", r"(?P<field>[a-z_]\w{1,60}) and \w{1,60} cannot be set at the same time", back=140),
    form("valid levels", r"(?:level <Q>(?P<sent>[\w-]{1,30})<Q>.{0,60}?)?valid levels(?: are)?:? <LIST>", back=120),
    form("supported formats: ", r"supported formats: <LIST>"),
    form("supported models are", r"model <WORD> is not supported\. supported models are:? <LIST>", back=120),
    form("must be one of", r"(?:<Q><NAME><Q> )?must be one of:? <LIST>", back=90),
    form("expected one of", r"expected one of:? <LIST>"),
    form("supported values: ", r"supported values: <LIST>"),
    form("possible values", r"possible values(?: are)?:? <LIST>"),
    form("allowed values", r"allowed values(?: are)?:? <LIST>"),
    form("use auto or none", r"does not support forced (?P<field>tool_choice); use (?P<allowed>auto or none)", back=60),
    form("does not support parameter", r"does not support parameters?:? ?\[?(?P<field>'[\w.]{1,40}'(?:, ?'[\w.]{1,40}'){1,8})"),
    form("does not support parameter", r"does not support parameters?:? ?\[?<Q><FIELD>"),
    form("supported levels", r"(?:level <Q>(?P<sent>[\w-]{1,30})<Q>\. )?supported levels(?: are)?:? <LIST>", back=50),
    form("argument not supported on this model", r"argument not supported on this model: <Q><FIELD>"),
    form("' is unsupported", r"\('(?P<field>messages[\w.\[\]]{0,80})' : property '(?P<sent>[\w.]{1,80})' is unsupported", back=180),
    form("' is unsupported", r"property <Q><FIELD><Q> is unsupported", back=180),
    form("the following must be satisfied", r"satisfied\[?\((?:<Q><FIELD><Q>) : (?!property)(?P<allowed>[^)]{1,120})\)"),
    form("expected last role", r"expected last role (?P<allowed>.{1,80}?) for serving but got <Q><WORD>"),
    form("invalid message role: ", r"invalid message (?P<field>role): <WORD>"),
    form(
        "specified in the request",
        r"the parameter <Q><FIELD><Q> specified in the request (?:is|are) not valid"
        r"(?:: (?P<allowed>expected an? \w{1,30}), but got <Q>(?P<sent>[^`\"]{1,60}))?",
        back=100,
    ),
    form("invalid params, ", r"invalid params, (?:param )?<Q>(?P<field>[a-z]{1,30}_[a-z_]{1,50})<Q>"),
    form("extra inputs are not permitted", r"<Q><FIELD><Q>: extra inputs are not permitted", back=210),
    form("field required", r"<Q><FIELD><Q>: field required", back=210),
    form("is required", r"(?:field|parameter|property|参数) <Q><NAME><Q> is required", back=110),
)

# Chinese servers and relays.
_CHINESE = (
    form("不能超过", r"<Q><NAME><Q> ?(?:参数)?(?:的值)?不能超过 ?<MAX>", back=80),
    form(
        "参数",
        r"<Q><NAME><Q> ?参数(?:的值)?(?:非法|错误|有误|不合法|无效|不能为空|缺失|不支持|的?取值范围)",
        back=70,
    ),
    form("参数", r"参数 ?[:：]?<Q><NAME><Q>"),
    form(
        "取值范围",
        r"(?:<Q><NAME><Q> ?(?:参数)?的?)?取值范围(?:为|是|应为)?[:：]? ?[\[(（【]<MIN> ?[,，~-] ?<MAX>",
        back=70,
    ),
    form("不能超过", r"(?:<Q><NAME><Q> ?)?不能超过 ?<MAX>", back=70),
    form("可选值", r"可选值(?:为|是|有)?[:：]? ?<LIST>"),
    form("仅支持", r"仅支持[:：]? ?(?P<allowed>[A-Za-z0-9'\"`].{0,200})"),
)

# Places that hold a field by their name; they come first.
_PLACES = (
    form(", field: '", r", field: '(?P<field>[^']{1,200})'"),
    form("'param': '", r"'param': '(?P<field>[^']{1,200})'"),
    form('"param":', r'"param": ?"(?P<field>[^"]{1,200})"'),
    form("param: ", r"\bparam: [\"'](?P<field>[^\"']{1,200})[\"']"),
    form('"field":', r'"field": ?"(?P<field>[^"]{1,300})"'),
    form("'field': '", r"'field': '(?P<field>[^']{1,300})'"),
    form('"loc":', r'"loc": ?(?P<field>\[[^\]]{1,300}\])'),
    form("'loc': ", r"'loc': (?P<field>[(\[][^)\]]{1,300}[)\]])"),
    form('"path":', r'"path": ?(?P<field>\[ ?[^\]]{1,300}\])'),
    form("validation error", r"validation errors? for \w{1,80} (?P<field>[a-z_][\w.\[\]`-]{0,200}) (?=[A-Z])"),
    form("body -> ", r"(?P<field>body(?: -> [\w.$-]{1,60}){1,16})"),
)
# A path that stands before a colon, as Anthropic and serde write it; tried where nothing else named a field.
HEADS = Table(
    form("messages", r"(?P<field>messages(?:\.\d{1,4}|\[\d{1,4}\])[\w.\[\]]{0,160}?): "),
    form("tools", r"(?P<field>tools(?:\.\d{1,4}|\[\d{1,4}\])[\w.\[\]]{0,160}?): "),
    form("system", r"(?P<field>system(?:\.\d{1,4}|\[\d{1,4}\])[\w.\[\]]{0,160}?): "),
    form("input[", r"(?P<field>input\[\d{1,4}\][\w.\[\]]{0,160}?): "),
    form("message", r"message[\"']?: ?[\"'](?P<field>(?-i:[a-z][a-z_]{1,40}(?:\.[a-z0-9_]{1,40}){0,8})): (?!\d)"),
    form("messages", r"(?P<field>messages): "),
    form("'messages", r"invalid '(?P<field>messages\[\d{1,4}\][\w.\[\]]{0,160})'", back=12),
)
SENTENCES = Table(*_PLACES, *_OPENAI, *_VALIDATORS, *_GOOGLE, *_BEDROCK, *_GO, *_SERDE, *_LENGTHS, *_OTHERS, *_CHINESE)
