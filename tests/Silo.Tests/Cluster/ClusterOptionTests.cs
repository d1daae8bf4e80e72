using System.Net;
using EdgeOrleans.ServiceHarness;
using EdgeOrleans.Silo.Configuration;
using Microsoft.Extensions.Configuration;

namespace EdgeOrleans.Silo.Tests.Cluster;

public sealed class ClusterOptionTests
{
    private static readonly (string Name, string Value) Redis = ("Cluster:Redis", "redis:6379,password=secret-word");
    private static readonly (string Name, string Value) Storage = ("Cluster:Storage", "Host=db;Database=site;Username=edge;Password=secret-word");

    [Fact]
    public void Redis_and_storage_make_a_member_and_neither_alone_does()
    {
        Assert.Null(Read().Cluster);
        var member = Read(Redis, Storage).Cluster!;
        Assert.Equal(("edgeorleans", "edgeorleans", "127.0.0.1:11111", false), (member.Id, member.ServiceId, member.Endpoint.ToString(), member.CreatesSchema));
        Assert.Contains("Cluster:Storage must be", Fault(Redis), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_without_Redis_does_not_start_as_a_device()
    {
        Assert.SkipWhen(ServiceBinary.IsGiven, "The native edition is never a member.");
        using var directory = new ServiceDirectory();
        var exit = await ServiceProcess.RunToExit(directory, new ServiceSetup().With(Storage.Name, Storage.Value));
        Assert.Equal(2, exit.Code);
        Assert.Contains("Cluster:Redis must be", Assert.Single(exit.Errors), StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory.DataPath));
    }

    [Theory]
    [InlineData("Cluster:Redis", "redis:6379")]
    [InlineData("Cluster:Storage", "Host=db;Database=site")]
    [InlineData("Cluster:Port", "11112")]
    [InlineData("Cluster:CreateSchema", "true")]
    public async Task Native_edition_refuses_to_be_a_member_by_the_options_name(string name, string value)
    {
        Assert.SkipUnless(ServiceBinary.IsGiven, "Only the native edition refuses.");
        using var directory = new ServiceDirectory();
        var exit = await ServiceProcess.RunToExit(directory, new ServiceSetup().With(name, value));
        Assert.Equal(2, exit.Code);
        var line = Assert.Single(exit.Errors);
        Assert.StartsWith($"{name} is set, but must be empty", line, StringComparison.Ordinal);
        Assert.Contains("site edition", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cluster:Redis", "redis:6379,pasword=secret-word")]
    [InlineData("Cluster:Redis", "password=secret-word")]
    [InlineData("Cluster:Storage", "Hosst=db;Password=secret-word")]
    public void Wrong_connection_string_is_refused_without_showing_it(string name, string value)
    {
        var fault = Fault((name, value));
        Assert.StartsWith($"{name} is '(hidden)', but must be ", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cluster:Id", "a/b")]
    [InlineData("Cluster:ServiceId", "with space")]
    [InlineData("Cluster:ServiceId", "12345678901234567890123456789012345678901234567890123456789012345")]
    [InlineData("Cluster:Address", "0.0.0.0")]
    [InlineData("Cluster:Address", "::")]
    [InlineData("Cluster:Address", "db.site")]
    public void Name_or_address_that_breaks_its_rule_is_refused(string name, string value) =>
        Assert.StartsWith($"{name} is '{value}', but must be ", Fault((name, value)), StringComparison.Ordinal);

    [Fact]
    public void Member_mirrors_nothing_and_may_read_what_devices_mirrored()
    {
        (string, string) site = ("Site:ConnectionString", "Host=db;Database=site");
        Assert.Contains("Site:ConnectionString", Fault(Redis, Storage, site), StringComparison.Ordinal);
        Assert.True(Read(Redis, Storage, site, ("Site:ServeDevices", "true")).Site!.ServesDevices);
    }

    [Fact]
    public void Clients_are_served_where_members_meet_unless_told_otherwise()
    {
        (string, string)[] member = [Redis, Storage, ("Cluster:Address", "127.0.0.5"), ("Gateway:Port", "30000")];
        Assert.Equal(new IPEndPoint(IPAddress.Parse("127.0.0.5"), 30_000), Read(member).Gateway);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 30_000), Read([.. member, ("Gateway:Address", "127.0.0.1")]).Gateway);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 30_000), Read(("Gateway:Port", "30000")).Gateway);
    }

    [Fact]
    public void Port_for_other_members_that_machines_reach_needs_TLS_or_leave()
    {
        (string, string)[] member = [Redis, Storage, ("Cluster:Address", "192.168.1.7")];
        var fault = Fault(member);
        Assert.Contains("Cluster:Address is '192.168.1.7'", fault, StringComparison.Ordinal);
        Assert.Contains("Cluster:Tls:Certificate", fault, StringComparison.Ordinal);
        Assert.NotNull(Read([.. member, ("Cluster:AllowPlain", "true")]).Cluster);
        Assert.NotNull(Read([
            .. member, ("Cluster:Tls:Certificate", "silo.pem"), ("Cluster:Tls:Key", "silo.key"), ("Cluster:Tls:Authority", "authority.pem")]).Cluster);
    }

    private static ServiceOptions Read(params (string Name, string Value)[] values) => ServiceOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(static v => new KeyValuePair<string, string?>(v.Name, v.Value))).Build());

    private static string Fault(params (string Name, string Value)[] values)
    {
        var fault = Assert.Throws<StartFault>(() => Read(values));
        Assert.Equal(ExitCode.Configuration, fault.ExitCode);
        return fault.Message;
    }
}
