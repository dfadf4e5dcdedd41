"""What signs of the chain prove, in words; the facts behind them are named in `chain`."""

from __future__ import annotations

from solvent.catalogue.tables import Words
from solvent.model.verdict import Category

NIL_TYPE = Words(
    en="new-api writes `<nil>` where the server behind it sent an error without a code: these words were passed on, not made there",
    zh="new-api 收到的上游错误没有 code 字段时会写成 `<nil>`：这句话是它转发的，不是它自己说的",
)
ONE_SUFFIX = Words(
    en="one layer of {software} handled this call and added its own id",
    zh="这次调用经过一层 {software}，id 是它加上的",
)
MANY_SUFFIXES = Words(
    en="at least {count} relay layers handled this call: each added its own id, the leftmost is the innermost",
    zh="这次调用至少经过 {count} 层中转：每层各加一个 id，最左边的是最里层",
)
# Titles for a relay's refusal of its own customer, where that customer is the reader's relay.
PASSED_ON = {
    Category.CREDIT_EXHAUSTED: Words(
        en="Your relay's own balance at the relay behind it is used up",
        zh="你的中转站在它上一级中转站的余额用完了",
    ),
    Category.BUDGET_LIMIT: Words(
        en="A limit on your relay's key at the relay behind it is reached",
        zh="你的中转站在上一级中转站使用的 key 额度用完了",
    ),
}
MASKED = Words(
    en="new-api hides addresses in the errors that it passes on, so these words came from the server behind it",
    zh="new-api 会遮住它转发的错误里的网址，所以这句话来自它背后的服务器",
)
UNKNOWN = Words(en="Not recognised yet", zh="暂未识别的错误")
UNSURE_MONEY = Words(
    en="An account seems to be empty, but the text does not say whose: yours, or your relay's. "
    "Look at the base URL in your settings before anybody pays; do not retry.",
    zh="看来有账户没钱了，但文中看不出是你的，还是中转站的。付款前先看设置里的 Base URL；不要重试。",
)
UNSURE_LIMIT = Words(
    en="Probably too many requests for now; an empty account can look the same. "
    "Wait a minute and send one call; if it fails again, fetch the whole answer.",
    zh="可能是请求太多；账户没钱也可能是这个样子。等一分钟再发一次，仍失败就取完整的响应来看。",
)
# Where the text names what of the request was refused.
FIELD = Words(
    en="The request is refused because of {field}. Correct that and send again; retrying it unchanged does not help.",
    zh="请求被拒，问题出在 {field}。改好再发；原样重试没有用。",
)
FIELD_ALLOWED = Words(
    en="{field} is not accepted as it was sent; what would pass: {allowed}. "
    "Correct that and send again; retrying it unchanged does not help.",
    zh="{field} 不被接受，可用的是 {allowed}。改好再发；原样重试没有用。",
)
OTHER_ERRORS = Words(
    en="the text holds other errors too ({count}); this verdict is about the one that is quoted",
    zh="文中还有其他错误（{count} 个）；这里判断的是引用的这一个",
)

# What shows that a request was changed on its way.
CONVERSION_FAILED = Words(
    en="the relay's own code for a request that it could not convert: the provider never saw it",
    zh="这是中转站自己的错误码：它没能转换请求，服务商没有收到",
)
OTHER_API = Words(
    en="this field is named in the terms of another API than the one that was called, so the request was converted on its way",
    zh="这个字段用的是另一种 API 的写法，与你调用的 API 不同：请求在途中被转换过",
)
SIGNATURE_DROPPED = Words(
    en="Gemini's signature must come back unchanged; relays that convert between APIs are known to lose it",
    zh="Gemini 的签名必须原样带回；在不同 API 之间转换的中转站常会把它弄丢",
)
SENT_BY_ITSELF = Words(en="{app} is known to send this field by itself", zh="已知 {app} 会自行发送这个字段")
