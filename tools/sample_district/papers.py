# SPDX-License-Identifier: LGPL-3.0-or-later
"""The two texts that lie beside the layers: the configuration of the main job and the README."""

CONFIG = """\
# 示例区网格调整方案（示意数据） / plan of the sample district (invented data)
name = "示例区"
title = "示例区网格调整方案"
demonstration = true

[layers.communities]
path = "communities.shp"
fields = { code = "SQDM", name = "SQMC", community_type = "SQLX", street_code = "JDDM", street = "JDMC" }

[layers.streets]
path = "streets.shp"
fields = { code = "JDDM", name = "JDMC" }

[layers.grids]
path = "grids.shp"
fields = { code = "WGBM", name = "WGMC", kind = "WGLX", dedicated_kind = "ZSLX", community_code = "SQDM" }

[layers.buildings]
path = "buildings.shp"
fields = { code = "JZWBM", estate = "XQMC", building = "LH", community_code = "SQDM", kind = "JZLX" }

[layers.people]
path = "people.xlsx"
fields = { code = "楼栋编码", households = "户数", people = "人数" }

[layers.estates]
path = "estates.shp"
fields = { code = "XQDM", name = "XQMC" }

[layers.barriers]
path = "rivers.shp"
fields = { name = "MC" }

[layers.bridges]
path = "bridges.shp"
fields = { name = "MC" }

[layers.roads]
path = "roads.shp"
fields = { name = "DLMC", kind = "DLDJ" }

[layers.sites]
path = "sites.shp"
crs = "EPSG:4545"
fields = { code = "ZDBM", name = "ZDMC", dedicated_kind = "ZSLX", community_code = "SQDM" }

[layers.stations]
path = "stations.shp"
fields = { code = "ZDBM", name = "ZDMC", community_code = "SQDM" }

[layers.branches]
path = "branches.xlsx"
fields = { code = "党支部编码", name = "党支部名称", kind = "支部类型", community = "社区", community_code = "社区代码", old_grid = "网格编码", building = "驻地楼栋编码", members = "正式党员", secretary = "书记" }

[layers.staff]
path = "workers.xlsx"
fields = { id = "工号", name = "姓名", community = "社区", community_code = "社区代码", old_grid = "网格编码" }

[layers.nets.party]
path = "nets/party.shp"

[layers.nets.environment]
path = "nets/environment.shp"

[layers.nets.illegal_building]
path = "nets/illegal_building.shp"

[layers.nets.petitions]
path = "nets/petitions.shp"

[layers.nets.work_safety]
path = "nets/work_safety.shp"

[rules]
preset = "bazhou"

[plan]
total = TOTAL
mode = "keep"
carve = false
seed = 1
certify_s = 15

[repair]
overlap = "most_people"
gap = "longest_border"
"""

README = """\
# 示例区（示意数据）

本文件夹是程序自己按固定种子生成的虚构区县，供试用、演示和测试；地名、楼名、人名、电话、代码（519999 开头）均为虚构，
边界不对应任何真实地方，不得当作正式界线使用。坐标系 EPSG:4545（CGCS2000 三度带，中央经线 108 度）。

An invented district, made by `python tools/make_sample_district.py`; every name, person, telephone number and line is made up.

| 文件 file | 内容 content | 字段 fields |
| --- | --- | --- |
| communities.shp | 社区 42 | SQDM 社区代码, SQMC 名称, SQLX 社区类型, JDDM 街道代码, JDMC 街道 |
| streets.shp | 街道 7 | JDDM, JDMC |
| grids.shp | 现状网格：综合 412、专属 14 | WGBM 网格编码, WGMC 名称, WGLX 综合/专属, ZSLX 专属类别, SQDM, SQMC, JDMC, HS 户数, RK 人口 |
| buildings.shp | 楼栋（点） | JZWBM 楼栋编码, XQMC 小区（空为单体楼或自建房）, LH 楼栋号, JZLX 住宅/非住宅, JZLB 类别, CS 层数, SQDM |
| people.xlsx | 楼栋人口台账（按楼栋编码连接） | 社区, 楼栋编码, 小区, 楼栋号, 户数, 人数；首行标题、社区合并单元格、末行合计 |
| estates.shp | 小区（GBK，无 .cpg） | XQDM, XQMC, SQDM, WYLX 物业, LDS 楼栋数 |
| rivers.shp, bridges.shp | 河流（阻隔）、桥梁 | MC 名称 |
| roads.shp | 道路 | DLMC 名称, DLDJ 等级 |
| sites.shp | 学校、医院、市场（无 .prj，实为 EPSG:4545） | ZDBM, ZDMC, ZSLX, SQDM |
| stations.shp | 社区党群服务中心 | ZDBM, ZDMC, SQDM |
| nets/*.shp | 五张部门网：党建、环保、违建治理、信访、安全生产 | WGBM, WGMC, BM 部门 |
| branches.xlsx | 党支部（“网格编码”多个以分号隔开） | 社区, 党支部编码, 党支部名称, 支部类型, 设置方式, 上级党组织, 社区代码, 网格编码, 驻地楼栋编码, X坐标, Y坐标, 正式党员, 预备党员, 双报到党员, 书记, 联系方式 |
| workers.xlsx | 专职网格员 412 | 社区, 工号, 姓名, 联系电话, 社区代码, 网格编码, 网格名称, 岗位 |
| truth.json | 人为埋设的问题（程序从不读取，只供测试） | overlaps, gaps, slivers, multipart, oversize, undersize, over_radius, net_conflicts, streets_differ |
| config.toml | 本示例的任务配置 | |
"""
