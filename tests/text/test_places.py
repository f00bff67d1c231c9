"""Places as residents write them."""

import pytest

from bot.text.places import find_place


@pytest.mark.parametrize(
    ("said", "place"),
    [
        pytest.param("枫林小区12号楼电梯又坏了", "枫林小区12号楼", id="estate and building"),
        pytest.param("我住在楓林小區叁號樓", "楓林小區叁號樓", id="traditional"),
        pytest.param("青石巷8号门口路灯不亮", "青石巷8号门口", id="road, number, direction"),
        pytest.param("麻烦看看松柏路菜市场后门", "松柏路菜市场后门", id="market on a road"),
        pytest.param("3栋2单元501漏水", "3栋2单元501", id="numbers only"),
        pytest.param("紫藤苑7-2-401没电", "紫藤苑7-2-401", id="dashes"),
        pytest.param("枫林小区 3号楼 2单元 灯坏了", "枫林小区 3号楼 2单元", id="apart by blanks"),
        pytest.param("不是3号楼 是5号楼", "5号楼", id="corrected"),
        pytest.param("枫林小区3号楼 哦是翠竹苑6栋", "翠竹苑6栋", id="corrected estate"),
        pytest.param("我家楼下有人烧烤 就在梧桐公园旁边", "梧桐公园旁边", id="a named place before a vague one"),
        pytest.param("我家楼下天天吵", "我家楼下", id="vague is better than nothing"),
        pytest.param("小区门口堵死了", "小区门口", id="gate"),
        pytest.param("地铁站B口那个扶梯停了", "地铁站", id="station"),
        pytest.param("湖滨路15号的井盖", "湖滨路15号", id="a name that begins with an ending"),
        pytest.param("金水路由东向西第三个路灯不亮", "金水路", id="a road named after water, and a direction"),
        pytest.param("金水路88号门口积水", "金水路88号门口", id="a road named after water, and a number"),
        pytest.param("门口积水路都走不了", "门口", id="water on the road is no road"),
        pytest.param("江南名邸6号楼没水", "江南名邸6号楼", id="an estate that begins with an ending"),
        pytest.param("机务段宿舍2号楼", "机务段宿舍2号楼", id="a section of the railway"),
        pytest.param("机械厂家属院2号楼", "机械厂家属院2号楼", id="a works and its housing"),
        pytest.param("柳河农贸市场的鱼摊", "柳河农贸市场", id="a market with a name"),
        pytest.param("海皮街上酒吧太吵", "海皮街上酒吧", id="a street and what is on it"),
        pytest.param("新建村52号", "新建村52号", id="a name that begins like a sentence"),
        pytest.param("柳河桥上的护栏断了", "柳河桥上", id="on a bridge"),
        pytest.param("街上有人打架", "街上", id="no name"),
        pytest.param("医保怎么转", None, id="no place"),
        pytest.param("我打了三天电话没人接", None, id="no place in a complaint"),
        pytest.param("每周二晚上有人在篮球场放音响", "篮球场", id="what comes before 在 is no name"),
        pytest.param("不是玉兰路，是玉带路120弄", "玉带路120弄", id="a road whose name is also a verb"),
        pytest.param("前进村3组路边堆了垃圾", "前进村3组路边", id="a village that begins with a direction"),
        pytest.param("广电小区门口修路", "广电小区门口", id="an estate with a name, not just the gate"),
        pytest.param("滨江路二段15号附1号门口", "滨江路二段15号附1号门口", id="a section and a number beside a number"),
        pytest.param("公園入面啲椅爛咗", "公園入面", id="inside, in Cantonese"),
        pytest.param("我是3号楼的楼长 5号楼门口树倒了", "5号楼门口", id="where somebody serves is not where it is"),
        pytest.param("打 137 4444 3333 找我女儿", None, id="a telephone in groups"),
        pytest.param("电话 0531 8888 6666", None, id="a landline in groups"),
        pytest.param("138 1111 22 打这个", None, id="a telephone with digits missing"),
        pytest.param("身份证110105 19491231 0021", None, id="an identity number in groups"),
        pytest.param("鲁A·12345堵在3号楼门口", "3号楼门口", id="a plate, then a place"),
        pytest.param("12号楼二单元停水 137 4444 3333", "12号楼二单元", id="a place, then a telephone"),
        pytest.param("", None, id="empty"),
    ],
)
def test_the_place_of_the_matter_is_quoted(said: str, place: str | None) -> None:
    found = find_place(said)
    assert (found.text if found else None) == place
    if found:
        assert said[found.start : found.end] == found.text
