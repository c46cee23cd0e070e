import Foundation

/// Small codestreams of one pattern, made with the encoders of OpenJPEG, CharLS and libjxl: 16 x 12 pixels, and the sample at
/// column x, row y of component c is (x * (m / 16) + y * (m / 32) + c * (m / 5)) & m, where m is the largest value.
enum CodecStreams {
    static let width = 16
    static let height = 12

    static func value(_ x: Int, _ y: Int, _ component: Int, bits: Int) -> Int {
        let most = 1 << bits - 1
        return (x * (most / 16) + y * (most / 32) + component * (most / 5)) & most
    }

    /// All values, components interleaved, each in `size` little-endian bytes; `shift` is added to each.
    static func values(components: Int, bits: Int, size: Int, shift: Int = 0) -> [UInt8] {
        (0..<height * width * components).flatMap { index -> [UInt8] in
            let pixel = index / components
            let value = value(pixel % width, pixel / width, index % components, bits: bits) + shift
            return (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
    }

    static func stream(_ name: String) -> [UInt8] { streams[name].flatMap { Data(base64Encoded: $0) }.map { Array($0) } ?? [] }

    private static let streams: [String: String] = [
        "gray12": """
        /0//UQApAAAAAAAQAAAADAAAAAAAAAAAAAAAEAAAAAwAAAAAAAAAAAABCwEB/1IADAAAAAEAAwQEAAH/XAANQGBoaHBoaHBoaHD/ZAAlAAFDcmVhdGVkIGJ5\
        IE9wZW5KUEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAACpAAH/k8/kGAeUlFKb6sfyDwH2gcH7AgANkgQL1Vw1C5QdCwnLw8/wGx/IdH+AsCGg2+183XA9vzqf\
        338hTOlOJ3v/URQlSFUUHyBlepfgyYgYDIi/z/AxH8j0/2ABYDdnLQknXt2n3hUVxkyLy3o2y9uTfyZ1gDdnJ+uNTC3Pgh6cGFPj7PvIn7iT8YYG10pudmLX\
        F3W2d88QTUb6X/9//9k=
        """,
        "gray12tiled": """
        /0//UQApAAAAAAAQAAAADAAAAAAAAAAAAAAACAAAAAgAAAAAAAAAAAABCwEB/1IADAAAAAEAAgQEAAH/XAAKQGBoaHBoaHD/ZAAlAAFDcmVhdGVkIGJ5IE9w\
        ZW5KUEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAAA1AAH/k9/gIAeK4H/hrvN/w/YEg/MEAA0C+LULPf5NwPwA4D7QMCIYhgN+bv+QAAoAAQAAAGQAAf+Tz+Qc\
        DO6ezaXxv8fyDwPwBo/wDhCNJ0a70ScKdnPDQ4cQfN2CEv9/z/AdH8h8/2ABACMLJadomUS1lLhatcqfIw0hw1GpNjPWlPDYS4CzH7gCcuMK/3//kAAKAAIA\
        AAAxAAH/k8fsCAV2SM/D9gSD8wQAC33/fwJzWH/A/ADgPtAwFX+/C0C5/5AACgADAAAAUgAB/5PP5BADga+xx/IJH8gkf4BAAs+yvwE3pK8KsCy/x/IZH8hk\
        /2AAwA6lutlGfj6yptatPxKY29U4wJifjf4JXxCNAOIBP//Z
        """,
        "gray12bigTile": """
        /0//UQApAAAAAAAQAAAADAAAAAAAAAAAAAAAQAAAAEAAAAAAAAAAAAABCwEB/1IADAAAAAEAAgQEAAH/XAAKQGBoaHBoaHD/ZAAlAAFDcmVhdGVkIGJ5IE9w\
        ZW5KUEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAACeAAH/k9/gTAawJ2HF5O4zYT7AJnTHIVunqxrP8BsfyHR/gLAhoNvtfN1wPb86n99/IUzpTid7/1EUJUhV\
        FB8gZXqX4MmIGAyIv8/wMR/I9P9gAWA3Zy0JJ17dp94VFcZMi8t6Nsvbk38mdYA3ZyfrjUwtz4IenBhT4+z7yJ+4k/GGBtdKbnZi1xd1tnfPEE1G+l//f//Z
        """,
        "gray12boxes": """
        AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAADAAAABAAAQsHAAAAAAAPY29scgEAAAAAABEAAAEXanAyY/9P/1EA\
        KQAAAAAAEAAAAAwAAAAAAAAAAAAAABAAAAAMAAAAAAAAAAAAAQsBAf9SAAwAAAABAAEEBAAB/1wAB0BgaGhw/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2\
        ZXJzaW9uIDIuNS4w/5AACgAAAAAAogAB/5Pf4RgSDy7rUpDPF9Nu7JVfV75YbvN0Sx7GGkZJ4b8Ahsa3Lbo4OQMbRLYLikBV2HufczdOIsXq3uX/Ljq73Bqs\
        ajROIncR/4y/z/AxH8j0/2ABYDdnLQknXt2n3hUVxkyLy3o2y9uTfyZ1gDdnJ+uNTC3Pgh6cGFPj7PvIn7iT8YYG10pudmLXF3W2d88QTUb6X/9//9k=
        """,
        "signed12": """
        /0//UQApAAAAAAAQAAAADAAAAAAAAAAAAAAAEAAAAAwAAAAAAAAAAAABiwEB/1IADAAAAAEAAQQEAAH/XAAHQGBoaHD/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5K\
        UEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAACiAAH/k9/hGBIPLutSkM8X027slV9Xvlhu83RLHsYaRknhvwCGxrctujg5AxtEtguKQFXYe59zN04ixere5f8u\
        OrvcGqxqNE4idxH/jL/P8DEfyPT/YAFgN2ctCSde3afeFRXGTIvLejbL25N/JnWAN2cn641MLc+CHpwYU+Ps+8ifuJPxhgbXSm52YtcXdbZ3zxBNRvpf/3//\
        2Q==
        """,
        "unsigned12for16": """
        /0//UQApAAAAAAAQAAAADAAAAAAAAAAAAAAAEAAAAAwAAAAAAAAAAAABCwEB/1IADAAAAAEAAQQEAAH/XAAHQGBoaHD/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5K\
        UEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAACiAAH/k9/hGBIPLutSkM8X027slV9Xvlhu83RLHsYaRknhvwCGxrctujg5AxtEtguKQFXYe59zN04ixere5f8u\
        OrvcGqxqNE4idxH/jL/P8DEfyPT/YAFgN2ctCSde3afeFRXGTIvLejbL25N/JnWAN2cn641MLc+CHpwYU+Ps+8ifuJPxhgbXSm52YtcXdbZ3zxBNRvpf/3//\
        2Q==
        """,
        "rgbTransformed": """
        /0//UQAvAAAAAAAQAAAADAAAAAAAAAAAAAAAEAAAAAwAAAAAAAAAAAADBwEBBwEBBwEB/1IADAAAAAEBAQQEAAH/XAAHQEBISFD/ZAAlAAFDcmVhdGVkIGJ5\
        IE9wZW5KUEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAAFsAAH/k8+0tBIG4zVqWo7c3Vo4ChLmdxglmjBquat2iS73RTSYXaOP5FJvFVIdclIINOnLn/8ZcC0O\
        hEUOIFChW3w0oC/rbRZvKO8n7axBSKtMQBCoFX5Vu90WdcNl0Kmpb9rP/3/fgTAyrvROMn0AMums7ERyduhEGjlOhRB/AkBMKIlJtBGY/wpnAmf/f8faQQ+o\
        ch9oiC26HjwQIRcTs3KvaKHe3C036+wMGgU9tAO2JDNTZvSfLhdwsaUYIRqCX8ecQg9nBa5whceJjAHHejNf+i26hObBhrUxf0Y+Pj2XE8/2z8BePtFI/AQA\
        J/3S8p6lD7QBeL5hbUFZGRL+LVI3/38n7TFs0CnC4IqLZ6O1OpHbGH//fyR8jntgM9o9bLNcj/xc+5XfmKT8BCPwDjkuXytlvm+HP32M6Xwyblvv3/9/f/93\
        x1vbJejBUY64b0ubDS0OaeW1A0CAhnthIVL3/9k=
        """,
        "threePlain": """
        /0//UQAvAAAAAAAQAAAADAAAAAAAAAAAAAAAEAAAAAwAAAAAAAAAAAADBwEBBwEBBwEB/1IADAAAAAEAAQQEAAH/XAAHQEBISFD/ZAAlAAFDcmVhdGVkIGJ5\
        IE9wZW5KUEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAAFRAAH/k9+BSBIhqq+6iy+ZMFf5v51oXgI/ouaJk1ZTRmsC8KthgQ4TgU/Lcqzd7QAy34FoLbn22ajP\
        IZEpKc+iIdVSXl33uToec09Jq5pgpuS497e/hx9ZdXT7GvD0FMgy34FwI9UHzlm2bb3rnhQeL1sN5VVUwx/iq0AfqzHPjnxRd/WD7MTlB/dv9F/4DohDQ8/A\
        Qn4CcfgEADkb2lERCb61okcd/k23rX+ADecj08/IQ9eXXmM9vSMRDON/NwQiexK3A5PPwFY+0Wj8AsAtuh5fkD6YUaxRKMRY7/I/eHSHbfsuF3i3xUKwmNrt\
        KQYinGetY+qDvRYfLbqFG6jYlo2F/3/PwF4+0Zj8AoAoDfbRPUV7H5Q6HkR7pCQ8srq57/nxmSftge4QQ+FCN3JD8Tg48BDGj3I8jeDl8j8kfMMT5rOrn/9/\
        /9k=
        """,
        "chroma422": """
        /0//UQAvAAAAAAAQAAAADAAAAAAAAAAAAAAAEAAAAAwAAAAAAAAAAAADBwEBBwIBBwIB/1IADAAAAAEAAQQEAAH/XAAHQEBISFD/ZAAlAAFDcmVhdGVkIGJ5\
        IE9wZW5KUEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAAECAAH/k9+BSBIhqq+6iy+ZMFf5v51oXgI/ouaJk1ZTRmsC8KthgQ4TgU/Lcqzd7QAyz7RgEeqgTuYE\
        1j/JtgfQKhNKm2SUb7qdBHO/34DIMbHz2LNcRjb+u3XwjnhKC9wsrstIqg50f8/AQn4CcfgEADkb2lERCb61okcd/k23rX+ADecj08/IQ9eXXmM9vSMRDON/\
        NwQiexK3A5PfmIR9oXH4BAAgU3yIfvpPCCEtRuCoKqGQIQS/4J4hLa9THW8esZO/S0n/f8/ASj7Q2PwCQBmQdQQx8vVwDCq5B/xbI3WWFx3VkpN/wwUua+jT\
        HrwciM9O7w/c/3//2Q==
        """,
        "gray24": """
        /0//UQApAAAAAAAQAAAADAAAAAAAAAAAAAAAEAAAAAwAAAAAAAAAAAABFwEB/1IADAAAAAEAAQQEAAH/XAAHQMDIyND/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5K\
        UEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAAEaAAH/k9/6EigSDy7rUpDPF9Nu7JVfV75YbvN0Sx7GGkZJ4b8Ahsa3Lbo4OQMbRLYLikBV2ItTujsdFG1O6tF9\
        0bU7odMijanc+pkUbU7ndMijanc5pkUbU7m9Mijanc2JkUbU7mUMijancx1oUbU7mEdCjancujoULn3M4nREFq9W9y/646u9warGo0TiJ3EgAZfP/QhZH/ng\
        5n/pANA3Zy0JJ17dp94VFcZMi8t6Nsvbk38mg/R6M1oS0faHtBWjrSdpE0aKGU+xXzdnJ+uNTC3Pgh6cGFPj7PvIn7iT8YYG10pudmLXsdSgixSnPpEs1kQN\
        GPPWIPWN/aMPcHPcC/cAvHW2d88QTUb6X/9//3//2Q==
        """,
        "lsGray12": """
        /9j/9wALDAAMABABAREA/9oACAEBAAAAAIB9AfQH1+35fd9XzfF73tet6XneUfh+fj6fD2ejyeDudjqdDmcg/OJwN5uNpsNZqNJoM5mMpkMZ+MRhMBfLxdLh\
        bLRZLBXKxVKh9KZSKJQJ5OJpMJZKJJII5GD7ARSIQyEQSA/vz6+Pb08vB9gPvd2dXRzcnFwb25tbGs+YD41NLS0M7OzMrKyMjGxHuA/PbCwL68vPXjt26dOT\
        1g4PThu3bNmzVq0aNGZ5v5meWbJkyZMWDBgvXnjBcuPC5atWrFixYrVqzvfqtWdw/9k=
        """,
        "lsGray7": """
        /9j/9wALBwAMABABAREA/9oACAEBAAAAAIDAwNaf3b//eiEmVV+L/30//3f/ev9/v/9v/3v/fL//Hf9/gf9/aP/Z
        """,
        "lsGray16": """
        /9j/9wALEAAMABABAREA//gADQH//wASAEMBFABA/9oACAEBAAAAAIB/0B/1/1v/F/3f9X/N/wv97/a/1v8l/nf5X+Mf+H/n/j/p/wf7P9H+T/B/c/sf1P6H\
        8z+Qf+fxP4H7z9x+0/YfrP1H6T9B+c/MflPyH4z/Y/EfhPwH3z7x90+4fbPtH2T7B9c+sfVPqH/T6Z9I+ifQPnnzj5p8w+WfKPknyD458YP+wAfFPiHwz4R8\
        E+Ae/PfHvT3h7s90e5PcH/YQBvbntj2p7Q9meyPYnsD15649aesPVn/MAP9p6o9SeoPTnpj0p6Q9GeiPQnoDz554/zhAN/4edPOHmzzR5k8weXPLHlTyh5M8\
        k/7wA8i/7PIHjzxx408YeLPFHiTxB4c8MeFf9SAQ8I/6PBngjwJ4A8AeAPAHgDwB4A8A/1YAeAPAP+TwB4A8AeAPAHgDwB4A8AeAPAP+ZAKeAPAP+AD/2Q==
        """,
        "lsNear3": """
        /9j/9wALCAAMABABAREA/9oACAEBAAMAAJtn63770kpIyUlS+X6KS/5Wr/9r/3yK/39L/22q/3y//sr/fcT/cyz/2Q==
        """,
        "lsPlanes": """
        /9j/9wARCAAMABADAREAAhEAAxEA/9oACAEBAAAAAIBQFAVtldVNH/d7zkYZikdmZttsNtJJKqqZVVVVav9/R/96v/8LP/8sBf99Mz//cBs//za//y5w/9oA\
        CAECAAAAAAAAAWQBW2V1U0f93vOdgKMMxSOzM22Fg220kkqlgMyqqqpNKqv/blH/e33/etef/f5/9sfP/39/+t+//3z/2gAIAQMAAAAAAAABygFbZXVTR/3a\
        4C5vcYZikdmZhQG2w220kkXKplVVSXKpVV/30f9Wv9/2/x/tj/P7/2f/f78Vb/vz/2D/2Q==
        """,
        "lsLines": """
        /9j/9wARCAAMABADAREAAhEAAxEA/9oADAMBAAIAAwAAAQCAUBQFbZXVTR/3e85AVze9/zu7u7qwFAV3d3d3d2e3d2MMxSOzM222GG2kklVCxjKqqlgNUqq/\
        +j/+lzv/e/P/fz//Nz/61+//ff9/Y7/v/f9+b/8/P/rfn/9s/3VTn+/5/33AX/78/yl/P/85/3oef3/v/1fX/v7+/2//Xv9vPvxdf7//db/n9+f+/9k=
        """,
        "lsPixels": """
        /9j/9wARCAAMABADAREAAhEAAxEA/9oADAMBAAIAAwAAAgBAAAAsoFgDAK2ArK6qaP9d7znN73/d3d3d3bs+7bu7td2AtjDMGYpHZmbbbbSSSqqhaAaqXUhm\
        Kqv/f/8nv6dyjs//f/97tfffmb//f/3/f9j9t/9//1633/zSf/9/3/11PvJP/3/7pff/PgLJ/3/7/36H38l//37/X/1/dX//fF+ffXz/Vf9/z/P/f1+o/9k=
        """,
        "lsHP1": """
        /9j/6AAHbXJmeAH/9wARCAAMABADAREAAhEAAxEA/9oADAMBAAIAAwAAAgAAAAGZZizAADqheYJ7hPcejj0IPQg1CDUINQg1CDUINQg1CAFRBqDUzVo+8889\
        73sXmN73vc5znO7u14DbO7u7u7u7tPdq7u7/f/9/3Po//3//f73/b/9//3/u1/5//3//d/9/P/9//3vY/3z/f/9//3/9/3//f+t//1//f/9//3+g/9k=
        """,
        "lsHP3": """
        /9j/6AAHbXJmeAP/9wARCAAMABADAREAAhEAAxEA/9oADAMBAAIAAwAAAQAAAAFkAVtldVNH/d7znYCg4WUSSQQQ973Oc5oWdaUpCEIQhCEdwwzFI7MzbYWD\
        T/3/bbSSSqWAzP9VVVUmlfVf/uUf/3t9/3615/9v8/92x8//f9//Vv3/f/v/2Q==
        """,
        "xlGray8": """
        /wpYMBAUNwIIAgEApABLKDXGHt8KCqYYGZGEGIN1GIMj8Hkr5g889JDK/z+ex8SK84vGPO4qDw==
        """,
        "xlGray12": """
        /wpYMBgUNwIIAgEA9AFLOGiYwoP3JRRMghFHxxgcjowsemqMwT2IMRiIwUzPR+Clk///f7Pv////uvv///+fyvj/////////////////Ly4A/P//GQAb4rX/\
        /wfu//8fmwwA/P//J3ce+Pf//8+CBgD+///f0PXAv+7//z+BAwD///9/UPUH/tn/AQ==
        """,
        "xlRGB8": """
        /wpYMBAJCAIBAIwBSxiTjoODKUZGrG2MwS0ZY2wMRomdijFYO8ZgOAYzdQDnB/635f////9/8f8vvm+Fwke/+TUF/o2cB5IHv2oJfNkt8AESLPhAAw38NGYA\
        fgg4mH64/7eF/2dFBP6XDADgo38A
        """,
        "xlRGB16": """
        AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAAAJanhsbAoAAAFFanhsY/8KWDD8QAIIAgEAwARLOEH1MnV8FA6+X0JBSTKCEW03xmB7mTEGTy0S\
        EGNwKgpRjUbPjTHYB2IMBmIw0wcQ/4MDALa7zcz///9/6///////f433/////wfAd96Kg/////////////////8YaKqOd53//1uED6Pl//8/APd/Qnzy+v//\
        //8HAJAx4v//////////APz/lBBg////////AwDILfb//////////38A/j+V1MX/////////AQDUjfr///////////8/AP/PSInj//////////8AAHKm/P//\
        //////////8fgP+fBMXx/////////38AAITa/v//////n5kO6P8PAPz/IyMA4P+7RQAA/x8AQAP6/wAAJ/n/BwCwIDMDAGSxAAD/HwBQC/j/AMD80f8HAP4/\
        CjwA8P8B
        """,
    ]
}
