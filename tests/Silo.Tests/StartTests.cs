using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Silo.Tests;

/// <summary>How the process starts, and how it ends when it cannot. The numbers are a documented interface.</summary>
public sealed class StartTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task One_line_says_where_it_listens_and_where_the_data_is()
    {
        await using var service = await ServiceProcess.Start(_directory);
        Assert.Equal(_directory.DataPath, service.DataPath);
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
        Assert.Single(service.Output);
    }

    [Fact]
    public async Task Only_its_own_port_is_open()
    {
        await using var service = await ServiceProcess.Start(_directory);
        Assert.Equal([service.Address.Port], ListeningSockets.PortsOf(service.Id));
    }

    [Fact]
    public async Task Two_services_run_side_by_side()
    {
        using var second = new ServiceDirectory();
        await using var a = await ServiceProcess.Start(_directory);
        await using var b = await ServiceProcess.Start(second);
        Assert.Equal(HttpStatusCode.Created, await a.Client.Set("c", "k", "1"));
        Assert.Equal(HttpStatusCode.Created, await b.Client.Set("c", "k", "2"));
        Assert.Equal("1", await a.Client.Get("c", "k"));
        Assert.Equal("2", await b.Client.Get("c", "k"));
    }

    [Fact]
    public async Task Write_survives_a_kill()
    {
        await using (var service = await ServiceProcess.Start(_directory))
        {
            Assert.Equal(HttpStatusCode.Created, await service.Client.Set("c", "k", "{\"n\":12345678901234567890}"));
            Assert.Equal(128 + 9, (await service.Kill()).Code);
        }

        await using var again = await ServiceProcess.Start(_directory);
        Assert.Equal("{\"n\":12345678901234567890}", await again.Client.Get("c", "k"));
    }

    [Fact]
    public async Task Wrong_option_ends_it_with_2_and_one_line() =>
        await EndsWith(
            ExitCode.Configuration, new ServiceSetup().With("Http:MaxConnections", "0"),
            "Http:MaxConnections is '0', but must be a whole number from 1 to 65535 connections.");

    [Fact]
    public async Task Typing_error_in_the_environment_ends_it_with_2() =>
        await EndsWith(ExitCode.Configuration, new ServiceSetup().With("Limits:ValueByte", "2000"), "Limits:ValueByte is no option");

    [Fact]
    public async Task Typing_error_on_the_command_line_ends_it_with_2()
    {
        await EndsWith(ExitCode.Configuration, new ServiceSetup { Arguments = ["--Htp:Listen=http://localhost:1"] }, "Htp in the command line");
        await EndsWith(ExitCode.Configuration, new ServiceSetup { Arguments = ["--Http:Lisen=http://localhost:1"] }, "Http:Lisen is no option");
        await EndsWith(ExitCode.Configuration, new ServiceSetup { Arguments = ["serve"] }, "'serve' is not understood");
        await EndsWith(ExitCode.Configuration, new ServiceSetup { Arguments = ["--Data:Path"] }, "'--Data:Path' is not understood");
    }

    [Fact]
    public async Task Typing_error_in_the_file_ends_it_with_2()
    {
        await WriteSettings("""{"Limit":{"ValueBytes":2000}}""");
        await EndsWith(ExitCode.Configuration, new ServiceSetup(), "Limit in appsettings.json");
        await WriteSettings("""{"Limits":{"ValueBytes":2000""");
        await EndsWith(ExitCode.Configuration, new ServiceSetup(), "appsettings.json cannot be read");
    }

    [Fact]
    public async Task Command_line_is_stronger_than_environment_and_that_stronger_than_the_file()
    {
        await WriteSettings("""{"Data":{"Path":"./file"},"Environment":"file","Http":{"AllowedHosts":["a.example"]}}""");
        var setup = new ServiceSetup { Arguments = ["--Data:Path=./line"] }.With("Data:Path", "./environment").With("Environment", "environment");
        await using var service = await ServiceProcess.Start(_directory, setup);
        Assert.Equal(Path.Combine(_directory.Path, "line"), service.DataPath);
        Assert.Contains("\"environment\":\"environment\"", await Health(service), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_of_the_command_line_replaces_that_of_the_file()
    {
        await WriteSettings("""{"Http":{"Listen":["http://127.0.0.2:0"],"AllowedOrigins":["https://a.example","https://b.example"]}}""");
        var setup = new ServiceSetup { LeavesListenOut = true, Arguments = ["--Http:Listen=http://127.0.0.1:0", "--Http:AllowedOrigins=https://b.example"] };
        await using var service = await ServiceProcess.Start(_directory, setup);
        Assert.Equal("127.0.0.1", service.Address.Host);
        Assert.Equal([service.Address.Port], ListeningSockets.PortsOf(service.Id));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusFor(service, "https://a.example"));
        Assert.Equal(HttpStatusCode.OK, await StatusFor(service, "https://b.example"));
    }

    [Fact]
    public async Task Empty_list_of_the_command_line_takes_away_what_the_file_has()
    {
        await WriteSettings("""{"Http":{"AllowedOrigins":["https://a.example"]}}""");
        await using (var open = await ServiceProcess.Start(_directory))
        {
            Assert.Equal(HttpStatusCode.OK, await StatusFor(open, "https://a.example"));
        }

        await using var service = await ServiceProcess.Start(_directory, new ServiceSetup { Arguments = ["--Http:AllowedOrigins="] });
        Assert.Equal(HttpStatusCode.Forbidden, await StatusFor(service, "https://a.example"));
    }

    [Fact]
    public async Task Address_that_others_reach_ends_it_with_2_until_somebody_says_who_may_come_in()
    {
        var open = new ServiceSetup().With("Http:Listen", "http://0.0.0.0:0");
        await EndsWith(ExitCode.Configuration, open, "Http:Token");
        await using var service = await ServiceProcess.Start(_directory, open.With("Http:AllowAnonymous", "true"));
    }

    [Fact]
    public async Task Second_process_on_the_same_data_ends_with_3_and_harms_nothing()
    {
        await using var service = await ServiceProcess.Start(_directory);
        await service.Client.Set("c", "k", "1");
        await EndsWith(ExitCode.DataInUse, new ServiceSetup(), _directory.DataPath);
        Assert.Equal(HttpStatusCode.Created, await service.Client.Set("c", "k", "2"));
    }

    [Fact]
    public async Task Journal_of_a_newer_format_ends_it_with_4_and_stays_as_it_is()
    {
        await using (var service = await ServiceProcess.Start(_directory))
        {
            await service.Client.Set("c", "k", "1");
            await service.Kill();
        }

        var newest = Directory.GetFiles(Path.Combine(_directory.DataPath, "journal"), "*.segment").Max(StringComparer.Ordinal)!;
        MakeNewer(newest);
        var before = await File.ReadAllBytesAsync(newest, TestContext.Current.CancellationToken);
        await EndsWith(ExitCode.DataTooNew, new ServiceSetup(), "journal format 2");
        Assert.Equal(before, await File.ReadAllBytesAsync(newest, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Taken_address_ends_it_with_5()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)other.LocalEndPoint!).Port}");
        await EndsWith(ExitCode.AddressUnavailable, new ServiceSetup().With("Http:Listen", address), address);
    }

    [Fact]
    public async Task Address_of_another_machine_ends_it_with_5() =>
        await EndsWith(
            ExitCode.AddressUnavailable,
            new ServiceSetup().With("Http:Listen", "http://192.0.2.1:8080").With("Http:AllowAnonymous", "true"),
            "http://192.0.2.1:8080");

    [Fact]
    public async Task Data_directory_that_is_a_file_ends_it_with_6()
    {
        await File.WriteAllTextAsync(_directory.DataPath, "", TestContext.Current.CancellationToken);
        await EndsWith(ExitCode.DataUnusable, new ServiceSetup(), _directory.DataPath);
    }

    [Fact]
    public async Task Variables_of_the_predecessor_are_honoured()
    {
        var port = FreePort.Find();
        var setup = new ServiceSetup { LeavesListenOut = true }
            .WithVariable("SERVER_PORT", port.ToString(CultureInfo.InvariantCulture))
            .WithVariable("DATA_PATH", "./elsewhere")
            .WithVariable("ENVIRONMENT", "field");
        await using var service = await ServiceProcess.Start(_directory, setup);
        Assert.Equal(port, service.Address.Port);
        Assert.Equal(Path.Combine(_directory.Path, "elsewhere"), service.DataPath);
        Assert.Contains("\"environment\":\"field\"", await Health(service), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_of_the_predecessor_changes_the_port_and_not_the_host()
    {
        await WriteSettings("""{"Http":{"Listen":"http://127.0.0.2:8080"}}""");
        var port = FreePort.Find().ToString(CultureInfo.InvariantCulture);
        await using var service = await ServiceProcess.Start(_directory, new ServiceSetup { LeavesListenOut = true }.WithVariable("SERVER_PORT", port));
        Assert.Equal($"127.0.0.2:{port}", service.Address.Authority);
    }

    [Theory]
    [InlineData("""{"Http":{"Listen":"http://127.0.0.2:8080;http://127.0.0.3:8080"}}""")]
    [InlineData("""{"Http":{"Listen":["http://127.0.0.2:8080","http://127.0.0.3:8080"]}}""")]
    [InlineData("""{"Http":{"Listen":"http://unix:/tmp/edgeorleans.socket"}}""")]
    public async Task Port_of_the_predecessor_is_refused_where_it_is_not_clear_whose_it_is(string settings)
    {
        await WriteSettings(settings);
        var setup = new ServiceSetup { LeavesListenOut = true }.WithVariable("SERVER_PORT", "8081");
        await EndsWith(ExitCode.Configuration, setup, "SERVER_PORT is '8081', but");
        await EndsWith(ExitCode.Configuration, setup, "Http:Listen in appsettings.json");

        // Whoever says where to listen in a stronger source has overruled both.
        await using var service = await ServiceProcess.Start(_directory, setup.With("Http:Listen", "http://127.0.0.1:0"));
        Assert.Equal([service.Address.Port], ListeningSockets.PortsOf(service.Id));
    }

    [Fact]
    public async Task Port_of_the_predecessor_is_refused_beside_endpoints_of_Kestrels_own()
    {
        var setup = new ServiceSetup { LeavesListenOut = true }
            .WithVariable("SERVER_PORT", "8081").With("Kestrel:Endpoints:Here:Url", "http://127.0.0.1:0");
        await EndsWith(ExitCode.Configuration, setup, "SERVER_PORT is '8081', but must not be set beside Kestrel:Endpoints");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("http")]
    public async Task Bad_port_of_the_predecessor_ends_it_with_2(string port) =>
        await EndsWith(
            ExitCode.Configuration, new ServiceSetup { LeavesListenOut = true }.WithVariable("SERVER_PORT", port),
            $"SERVER_PORT is '{port}', but must be a whole number from 1 to 65535.");

    [Fact]
    public async Task Variables_without_meaning_are_warned_of_once_each()
    {
        var setup = new ServiceSetup()
            .WithVariable("DATABASE", "mongodb").WithVariable("MONGODB_URI", "mongodb://x").WithVariable("REDIS_URI", "redis://x");
        await using var service = await ServiceProcess.Start(_directory, setup);
        var exit = await service.Stop();
        foreach (var variable in new[] { "DATABASE", "MONGODB_URI", "REDIS_URI" })
        {
            Assert.Single(exit.Output, line => line.Contains($" {variable} ", StringComparison.Ordinal));
        }

        Assert.DoesNotContain(exit.Output, static line => line.Contains("://x", StringComparison.Ordinal));

        // A number that a reader can look for, and not the hash of a method's name.
        Assert.Equal(3, exit.Output.Count(static line => line.Contains("EdgeOrleans[1]", StringComparison.Ordinal)));
    }

    private static async Task<HttpStatusCode> StatusFor(ServiceProcess service, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/health", UriKind.Relative)) { Headers = { { "Origin", origin } } };
        using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task<string> Health(ServiceProcess service) =>
        await service.Client.GetStringAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken);

    private Task WriteSettings(string json) =>
        File.WriteAllTextAsync(Path.Combine(_directory.Path, "appsettings.json"), json, TestContext.Current.CancellationToken);

    private async Task EndsWith(ExitCode code, ServiceSetup setup, string text)
    {
        var exit = await ServiceProcess.RunToExit(_directory, setup);
        Assert.Equal((int)code, exit.Code);
        Assert.Contains(text, Assert.Single(exit.Errors), StringComparison.Ordinal);
        Assert.Empty(exit.Output);
    }

    /// <summary>Raises the format version in both copies of a segment's header, checksums and all.</summary>
    private static void MakeNewer(string segment)
    {
        const int CopyOffset = 2048;
        const int VersionOffset = 8;
        const int ChecksumOffset = 60;
        var bytes = File.ReadAllBytes(segment);
        foreach (var header in new[] { 0, CopyOffset })
        {
            var block = bytes.AsSpan(header, ChecksumOffset + 4);
            BinaryPrimitives.WriteInt32LittleEndian(block[VersionOffset..], 2);
            BinaryPrimitives.WriteUInt32LittleEndian(block[ChecksumOffset..], Crc32C(block[..ChecksumOffset]));
        }

        File.WriteAllBytes(segment, bytes);
    }

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
