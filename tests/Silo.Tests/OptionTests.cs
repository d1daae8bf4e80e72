using System.Globalization;
using EdgeOrleans.Grains;
using EdgeOrleans.Silo.Configuration;
using Microsoft.Extensions.Configuration;

namespace EdgeOrleans.Silo.Tests;

public sealed class OptionTests
{
    /// <summary>What must be set beside an option so that its edge is valid: rules between two options are tested on their own.</summary>
    private static readonly Dictionary<string, (string Name, string Value)[]> Companions = new()
    {
        ["Http:MaxBodyBytes min"] = [("Limits:ValueBytes", "1024")],
        ["Http:MaxRequestBytesInFlight min"] = [("Limits:ValueBytes", "1024"), ("Http:MaxBodyBytes", "2048")],
        ["Journal:SegmentBytes min"] = [("Limits:ValueBytes", "1024")],
        ["Journal:MaxBytes min"] = [("Limits:ValueBytes", "1024"), ("Journal:SegmentBytes", "163840")],
        ["Journal:MaxPendingBytes min"] = [("Limits:ValueBytes", "1024")],
    };

    private static readonly (string Name, string Value)[] Tls =
    [
        ("Cluster:Tls:Certificate", "silo.pem"), ("Cluster:Tls:Key", "silo.key"), ("Cluster:Tls:Authority", "authority.pem"),
    ];

    public static TheoryData<string> Numbers =>
        [.. OptionTable.All.OfType<NumberOption>().Select(static option => option.Name)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Number_at_its_bounds_is_taken(string name)
    {
        var option = Number(name);
        Read([(name, Text(option.Min)), .. Companions.GetValueOrDefault(name + " min", [])]);
        Read([(name, Text(option.Max)), .. Companions.GetValueOrDefault(name + " max", [])]);
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Number_past_its_bounds_is_refused_with_option_value_and_bound(string name)
    {
        var option = Number(name);
        foreach (var value in new[] { Text(option.Min - 1), Text(option.Max + 1), "many", "1.5", "99999999999999999999" })
        {
            var fault = Fault((name, value));
            Assert.Contains(name, fault, StringComparison.Ordinal);
            Assert.Contains($"'{value}'", fault, StringComparison.Ordinal);
            Assert.Contains(Text(option.Min), fault, StringComparison.Ordinal);
            Assert.Contains(Text(option.Max), fault, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', fault);
        }
    }

    [Fact]
    public void Nothing_set_gives_the_defaults_of_the_table()
    {
        var options = Read();
        Assert.Equal("http://localhost:8080", options.Api.Listen);
        Assert.Equal(Path.GetFullPath("data"), options.DataPath);
        Assert.Null(options.Gateway);
        foreach (var option in OptionTable.All.OfType<NumberOption>())
        {
            Read((option.Name, option.DefaultText));
        }
    }

    [Fact]
    public void Longest_value_raises_the_defaults_of_what_must_hold_it()
    {
        var options = Read(("Limits:ValueBytes", "16777216"));
        Assert.True(options.Api.MaxBodyBytes > 16_777_216);
        Assert.True(options.Journal.SegmentBytes > 2 * 16_777_216);
        Assert.Equal(8L * options.Journal.SegmentBytes, options.Journal.MaxBytes);
        Assert.True(options.Journal.MaxPendingBytes > 2 * 16_777_216);
        Assert.Equal(268_435_456, Read(("Http:MaxBodyBytes", "268435456")).Api.MaxRequestBytesInFlight);
    }

    [Fact]
    public void Limits_are_bounded_alike_by_the_table_and_by_those_who_keep_them()
    {
        (NumberOption Option, Func<long, LimitsOptions> With)[] limits =
        [
            (OptionTable.ValueBytes, static value => new() { ValueBytes = (int)value }),
            (OptionTable.CollectionBytes, static value => new() { CollectionBytes = value }),
            (OptionTable.Collections, static value => new() { Collections = (int)value }),
            (OptionTable.Namespaces, static value => new() { Namespaces = (int)value }),
        ];
        foreach (var (option, with) in limits)
        {
            Assert.Null(with(option.Min).Validate());
            Assert.Null(with(option.Max).Validate());
            Assert.Contains(option.Name, with(option.Min - 1).Validate(), StringComparison.Ordinal);
            Assert.Contains(option.Name, with(option.Max + 1).Validate(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Limits:ValueBytes", "16777216", "Journal:SegmentBytes", "4194304")]
    [InlineData("Limits:ValueBytes", "1048576", "Http:MaxBodyBytes", "1049599")]
    [InlineData("Http:MaxBodyBytes", "2097152", "Http:MaxRequestBytesInFlight", "2097151")]
    [InlineData("Journal:MaxBytes", "25165823", "Journal:SegmentBytes", "4194304")]
    [InlineData("Limits:ValueBytes", "1048576", "Journal:SegmentBytes", "4194303")]
    public void Two_options_that_do_not_go_together_are_refused(string first, string firstValue, string second, string secondValue)
    {
        var fault = Fault((first, firstValue), (second, secondValue));
        Assert.True(fault.Contains(first, StringComparison.Ordinal) || fault.Contains(second, StringComparison.Ordinal), fault);
    }

    [Theory]
    [InlineData("Http:Listen", "localhost:8080")]
    [InlineData("Http:Listen", "http://localhost:80x")]
    [InlineData("Http:Listen", "http://localhost:65536")]
    [InlineData("Http:Listen", "ftp://localhost")]
    [InlineData("Http:Listen", "http://localhost:8080/base")]
    [InlineData("Http:AllowAnonymous", "yes")]
    [InlineData("Http:AllowedHosts", "http://name")]
    [InlineData("Http:AllowedHosts", "::1")]
    [InlineData("Http:AllowedHosts", "bücher.example")]
    [InlineData("Http:AllowedOrigins", "app.example")]
    [InlineData("Http:AllowedOrigins", "https://app.example/")]
    [InlineData("Gateway:Address", "somewhere")]
    [InlineData("Cluster:Tls:Name", "192.0.2.1")]
    [InlineData("Cluster:Tls:Name", "a b")]
    [InlineData("Environment", "12345678901234567890123456789012345678901234567890123456789012345")]
    public void Text_that_breaks_its_rule_is_refused_with_option_and_value(string name, string value)
    {
        Assert.StartsWith($"{name} is '{value}', but must be ", Fault((name, value)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("with a space in it")]
    [InlineData("umlautsäöü")]
    public void Bad_token_is_refused_without_showing_it(string token)
    {
        var fault = Fault(("Http:Token", token));
        Assert.Contains("Http:Token", fault, StringComparison.Ordinal);
        Assert.DoesNotContain(token, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:8080", true)]
    [InlineData("http://LOCALHOST:8080", true)]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("http://127.8.8.8:8080", true)]
    [InlineData("http://[::1]:8080", true)]
    [InlineData("http://unix:/run/edgeorleans.socket", true)]
    [InlineData("http://0.0.0.0:8080", false)]
    [InlineData("http://[::]:8080", false)]
    [InlineData("http://*:8080", false)]
    [InlineData("http://+:8080", false)]
    [InlineData("http://192.168.1.7:8080", false)]
    [InlineData("http://pi.local:8080", false)]
    [InlineData("http://localhost:8080;http://0.0.0.0:8081", false)]
    public void Address_that_others_reach_needs_a_token_or_leave(string listen, bool isLocal)
    {
        if (isLocal)
        {
            Read(("Http:Listen", listen));
        }
        else
        {
            var fault = Fault(("Http:Listen", listen));
            Assert.Contains("Http:Token", fault, StringComparison.Ordinal);
            Assert.Contains("Http:AllowAnonymous", fault, StringComparison.Ordinal);
            Read(("Http:Listen", listen), ("Http:Token", "0123456789abcdef"));
            Read(("Http:Listen", listen), ("Http:AllowAnonymous", "true"));
        }
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.8.8", true)]
    [InlineData("::1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("192.168.1.7", false)]
    public void Port_for_Orleans_clients_that_others_reach_needs_TLS_or_leave(string address, bool isLocal)
    {
        (string, string)[] gateway = [("Gateway:Port", "30000"), ("Gateway:Address", address)];
        if (isLocal)
        {
            Read(gateway);
        }
        else
        {
            var fault = Fault(gateway);
            Assert.Contains($"Gateway:Address is '{address}'", fault, StringComparison.Ordinal);
            Assert.Contains("Cluster:Tls:Certificate", fault, StringComparison.Ordinal);
            Assert.Contains("Cluster:AllowPlain", fault, StringComparison.Ordinal);
            Assert.Single(Read([.. gateway, ("Cluster:AllowPlain", "true")]).Warnings);
            Assert.Empty(Read([.. gateway, .. Tls]).Warnings);
        }
    }

    [Fact]
    public void TLS_needs_all_of_its_files()
    {
        Assert.Null(Read(("Cluster:Tls:Name", "silos.example")).Tls);
        Assert.Equal("silos.example", Read([.. Tls, ("Cluster:Tls:Name", "silos.example")]).Tls!.PeerName);
        Assert.All(Tls, static missing => Assert.Contains(missing.Name, Fault([.. Tls.Where(file => file != missing)]), StringComparison.Ordinal));
    }

    [Fact]
    public void Endpoint_of_Kestrels_own_that_others_reach_needs_a_token_too()
    {
        var fault = Fault(("Kestrel:Endpoints:Lan:Url", "https://0.0.0.0:8443"));
        Assert.Contains("Kestrel:Endpoints:Lan:Url", fault, StringComparison.Ordinal);
        Read(("Kestrel:Endpoints:Lan:Url", "https://0.0.0.0:8443"), ("Http:Token", "0123456789abcdef"));
        Read(("Kestrel:Endpoints:Lan:Url", "https://localhost:8443"));
    }

    [Fact]
    public void Where_to_listen_is_said_in_one_place()
    {
        var fault = Fault(("Kestrel:Endpoints:Lan:Url", "https://localhost:8443"), ("Http:Listen", "http://localhost:8080"));
        Assert.Contains("Http:Listen", fault, StringComparison.Ordinal);
        Assert.Contains("Kestrel:Endpoints", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_come_as_one_text_or_as_numbered_keys()
    {
        Assert.Equal(["a.example", "b.example"], Read(("Http:AllowedHosts", "a.example; b.example")).Api.AllowedHosts);
        Assert.Equal(["a.example", "b.example"], Read(("Http:AllowedHosts:0", "a.example"), ("Http:AllowedHosts:1", "b.example")).Api.AllowedHosts);
    }

    [Theory]
    [InlineData("Http:AllowedHosts", "a.example")]
    [InlineData("Http:AllowedHosts:0", "a.example")]
    [InlineData("http:allowedhosts:7", "a.example")]
    public void List_of_a_stronger_source_wins_whole(string name, string value)
    {
        (string, string)[] weaker = [("Http:AllowedHosts:0", "b.example"), ("Http:AllowedHosts:1", "c.example")];
        Assert.Equal(["a.example"], ReadSources(weaker, [(name, value)]).Api.AllowedHosts);
        Assert.Equal(["a.example"], ReadSources([("Http:AllowedHosts", "b.example;c.example")], [(name, value)]).Api.AllowedHosts);
        Assert.Equal(["a.example"], ReadSources(weaker, [(name, value)], [("Http:AllowedOrigins", "https://d.example")]).Api.AllowedHosts);
    }

    [Fact]
    public void Empty_list_of_a_stronger_source_takes_all_away()
    {
        Assert.Empty(ReadSources([("Http:AllowedOrigins:0", "https://a.example")], [("Http:AllowedOrigins", "")]).Api.AllowedOrigins);
        Assert.Equal("http://localhost:8080", ReadSources([("Http:Listen", "http://localhost:1")], [("Http:Listen", "")]).Api.Listen);
    }

    [Fact]
    public void Names_of_options_are_unique_and_have_a_meaning()
    {
        Assert.Equal(OptionTable.All.Count, OptionTable.All.Select(static o => o.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(OptionTable.All, static option => Assert.EndsWith(".", option.Meaning, StringComparison.Ordinal));
    }

    internal static ServiceOptions Read(params (string Name, string Value)[] values) => ReadSources(values);

    private static ServiceOptions ReadSources(params (string Name, string Value)[][] fromWeakToStrong)
    {
        var builder = new ConfigurationBuilder();
        foreach (var source in fromWeakToStrong)
        {
            builder.AddInMemoryCollection(source.Select(static v => new KeyValuePair<string, string?>(v.Name, v.Value)));
        }

        return ServiceOptions.Read(builder.Build());
    }

    private static string Fault(params (string Name, string Value)[] values)
    {
        var fault = Assert.Throws<StartFault>(() => Read(values));
        Assert.Equal(ExitCode.Configuration, fault.ExitCode);
        return fault.Message;
    }

    private static NumberOption Number(string name) => (NumberOption)OptionTable.All.Single(option => option.Name == name);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
