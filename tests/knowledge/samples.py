"""Invented rules, short enough to encode in seconds, with the irregularities that real collections have."""

from __future__ import annotations

from pathlib import Path

HEAD = "# {title}\n\n{dates}\n\n<!-- INFO END -->\n\n"


def statute(title: str, body: str, dates: str = "") -> str:
    return HEAD.format(title=title, dates=dates) + body


ARTICLE = """---
id: street-bench
title: 申请在楼下装长椅
category: 公共设施
region: 全国
issuer: 街坊知识库编写组
valid_from: 2020-01-01
reviewed: 2026-11-01
basis:
  - {law: 物业管理条例, article: 第五十条, number: 国务院令第379号}
keywords: [长椅, 休息凳]
questions:
  - 楼下能不能装个凳子
  - 老人没地方坐怎么办
  - 想申请一张长椅
---
## 适用条件
小区业主都可以申请安装长椅。
## 申请材料
身份证和一张位置草图。
## 办理步骤
1. 向居民委员会提出申请。
2. 公示七天。
## 办理地点
社区居民委员会办公室。
## 办理时限
十五日内答复。
## 费用
不收费。
## 法律依据
- 《物业管理条例》第五十条。
## 以当地为准
由街道办事处决定。
"""

OLD_DOGS = statute(
    "海滨市遛狗条例", "第一条 为了规范遛狗，制定本条例。\n\n第二条 遛狗不牵绳的，罚款五十元。\n", "2010年5月1日 通过"
)
NEW_DOGS = statute(
    "海滨市遛狗条例",
    "第一条 为了规范遛狗，制定本条例。\n\n第二条 遛狗不牵绳的，罚款二百元。\n\n第三条 本条例自2024年6月1日起施行。\n",
    "2024年3月1日 通过",
)

FILES: dict[str, str] = {
    "行政法规/饮水站管理办法(2015-01-10).md": statute(
        "饮水站管理办法",
        "第一条 为了方便居民饮水，制定本办法。\n\n第二条 饮水站应当每天检测水质，并在显著位置公布结果。\n\n"
        "第三条 饮水站不公布水质检测结果的，处五百元以上二千元以下罚款。\n\n第四条 本办法自2015年3月1日起施行。\n",
        "2015年1月10日 中华人民共和国国务院令第999号公布",
    ),
    "地方性法规/山东/青岛市遛狗条例.md": OLD_DOGS,
    "地方性法规/山东/青岛市遛狗条例(2024-03-01).md": NEW_DOGS,
    "地方性法规/河南/郑州市遛狗条例(2022-01-01).md": statute(
        "郑州市遛狗条例", "第一条 遛狗不牵绳的，罚款一百元。\n\n第二条 夜间十点以后不得遛狗。\n"
    ),
    "地方性法规/上海/上海市旧书回收办法(2012-01-01).md": statute(
        "上海市旧书回收办法", "第一条 旧书回收站每周六开放，每公斤旧书付给居民两元。\n"
    ),
    "地方性法规/上海/上海市图书循环条例(2023-01-01).md": statute(
        "上海市图书循环条例",
        "第一条 居民可以把旧书交到图书循环点，每公斤付给三元。\n\n"
        "第二条 本条例自2023年2月1日起施行。2012年1月1日公布的《上海市旧书回收办法》同时废止。\n",
    ),
    "street-bench.md": ARTICLE,
}


def write_files(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
