"""What the codes of a verdict are called among people, in every language. One word per idea, on pages and in the terminal alike."""

from __future__ import annotations

from solvent.catalogue.steps import Act
from solvent.catalogue.tables import Words
from solvent.model.verdict import Actor, Category, Role, Wallet

CATEGORIES: dict[Category, Words] = {
    Category.CREDIT_EXHAUSTED: Words(en="credit exhausted", zh="余额耗尽"),
    Category.BUDGET_LIMIT: Words(en="budget limit", zh="预算上限"),
    Category.RATE_LIMITED: Words(en="rate limited", zh="触发限流"),
    Category.OVERLOADED: Words(en="overloaded", zh="服务过载"),
    Category.AUTH_INVALID: Words(en="key refused", zh="key 无效"),
    Category.PERMISSION_DENIED: Words(en="permission denied", zh="没有权限"),
    Category.MODEL_NOT_FOUND: Words(en="model not found", zh="模型不存在"),
    Category.CONTEXT_TOO_LONG: Words(en="context too long", zh="上下文过长"),
    Category.REQUEST_TOO_LARGE: Words(en="request too large", zh="请求过大"),
    Category.INVALID_REQUEST: Words(en="invalid request", zh="请求无效"),
    Category.CONTENT_FILTERED: Words(en="content filtered", zh="内容被拦截"),
    Category.REGION_BLOCKED: Words(en="region blocked", zh="地区受限"),
    Category.ACCOUNT_SUSPENDED: Words(en="account suspended", zh="账户停用"),
    Category.SERVER_ERROR: Words(en="server error", zh="服务端错误"),
    Category.TIMEOUT: Words(en="timeout", zh="超时"),
    Category.NETWORK: Words(en="network failure", zh="网络故障"),
    Category.NO_CHANNEL: Words(en="no channel", zh="无可用渠道"),
    Category.CLIENT_CODE: Words(en="bug in the calling program", zh="调用程序的错误"),
    Category.NOT_AN_ERROR: Words(en="not an error", zh="不是错误"),
    Category.OTHER: Words(en="not recognised", zh="暂未识别"),
}

WALLETS: dict[Wallet, Words] = {
    Wallet.OWN_PROVIDER_ACCOUNT: Words(en="your own account at the provider", zh="你自己在服务商的账户"),
    Wallet.RELAY_UPSTREAM: Words(en="the relay operator's account upstream, not yours", zh="中转站运营者的上游账户，不是你的"),
    Wallet.RELAY_USER: Words(en="your prepaid balance at the relay", zh="你在中转站的余额"),
    Wallet.KEY_BUDGET: Words(en="a limit set on your key, project or plan", zh="你的 key、项目或套餐上设的限额"),
    Wallet.NONE: Words(en="nobody's: this is not about money", zh="与钱无关"),
}

ACTORS: dict[Actor, Words] = {
    Actor.YOU: Words(en="you", zh="你自己"),
    Actor.RELAY_OPERATOR: Words(en="the relay's operator", zh="中转站运营者"),
    Actor.PROVIDER: Words(en="the provider", zh="服务商"),
    Actor.NOBODY: Words(en="nobody: it passes by itself", zh="无需处理，等待即可"),
}

ROLES: dict[Role, Words] = {
    Role.APP: Words(en="app", zh="应用"),
    Role.SDK: Words(en="SDK", zh="SDK"),
    Role.EDGE: Words(en="proxy", zh="代理"),
    Role.GATEWAY: Words(en="gateway", zh="网关"),
    Role.RELAY: Words(en="relay", zh="中转站"),
    Role.PROVIDER: Words(en="provider", zh="服务商"),
}

# A relay or a gateway of which a text says that it exists, but not its name.
SOMEBODY_BETWEEN: Words = Words(en="relay or gateway", zh="中转站或网关")
NOT_NAMED: Words = Words(en="not named", zh="文中没有名字")

ACTS: dict[Act, Words] = {
    Act.CHANGE_KEY: Words(en="Change the key", zh="换 key"),
    Act.CHANGE_BASE_URL: Words(en="See or change the address (base URL)", zh="查看或修改地址（Base URL）"),
    Act.CHANGE_MODEL: Words(en="Choose another model", zh="换一个模型"),
    Act.CHANGE_PROVIDER_TYPE: Words(en="Change the provider type", zh="换服务商类型"),
    Act.LOWER_MAX_TOKENS: Words(en="Lower max_tokens", zh="调小 max_tokens"),
    Act.TURN_OFF_TOOLS: Words(en="Turn off tools", zh="关闭工具"),
    Act.TURN_OFF_STREAM: Words(en="Turn off streaming", zh="关闭流式输出"),
    Act.TURN_OFF_THINKING: Words(en="Turn off thinking", zh="关闭思考"),
    Act.CLEAR_CONTEXT: Words(en="Shorten the conversation", zh="缩短对话"),
    Act.CHECK_LOGIN: Words(en="See which key or login is in use", zh="查看正在使用哪个 key 或登录"),
    Act.SEE_LOG: Words(en="See the whole error", zh="查看完整的报错"),
}
