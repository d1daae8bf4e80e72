using System.Globalization;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Package;

/// <summary>The sample with a package of another version, against the service as it is.</summary>
public sealed class VersionTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();
    private readonly OtherVersion _package = new();

    public void Dispose()
    {
        _package.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public Task Client_that_sends_and_expects_more_than_the_service_knows_is_served() => Serve("0.2.0-newer", _package
        .With(
            "Operation.cs", "    public long ExpiresAtMicros { get; init; }",
            """
                /// <summary>Sent with each write.</summary>
                [Id(6)]
                public Note Note { get; init; } = new() { Text = "new" };
            """)
        .With(
            "Operation.cs", "    public bool Atomic { get; init; }\n}",
            """
            /// <summary>A type that the service has never heard of.</summary>
            [GenerateSerializer, Immutable, Alias("EdgeOrleans.Note")]
            public sealed class Note
            {
                /// <summary>Its text.</summary>
                [Id(0)]
                public required string Text { get; init; }
            }
            """)
        .With(
            "Entry.cs", "    public long ExpiresAtMicros { get; } = expiresAtMicros;",
            """
                /// <summary>Never sent.</summary>
                [Id(3)]
                public Note? Note { get; init; }
            """)
        .With(
            "ICollectionGrain.cs", "    ValueTask<CollectionInfo> Info();",
            """
                /// <summary>Nothing that the service has.</summary>
                [Alias("Count"), ReadOnly]
                ValueTask<long> Count(string prefix);
            """));

    [Fact]
    public Task Client_that_knows_less_than_the_service_is_served() => Serve("0.0.9-older", _package
        .Without("Operation.cs", "    public long ExpiresAtMicros { get; init; }")
        .Without("ICollectionGrain.cs", "    public bool IsStrong { get; init; }")
        .Without("ICatalogGrain.cs", "    Task<string[]> ListCollections(string ns);"));

    private async Task Serve(string version, OtherVersion package)
    {
        var sample = new PackedSample(version, package.Project);
        try
        {
            await sample.InitializeAsync();
            var port = FreePort.Find();
            await using var service = await ServiceProcess.Start(
                _directory, new ServiceSetup().With("Gateway:Port", port.ToString(CultureInfo.InvariantCulture)));
            await using var client = sample.Begin($"gateway=127.0.0.1:{port}");
            var exit = await client.WaitForExit();
            Assert.True(exit.Code == 0, string.Join('\n', exit.Output.Concat(exit.Errors)));
            Assert.Equal("list: cellar, hall, kitchen", exit.Output[^1]);
        }
        finally
        {
            await sample.DisposeAsync();
        }
    }
}
