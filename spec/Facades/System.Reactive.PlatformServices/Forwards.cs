using System.Runtime.CompilerServices;

[assembly: TypeForwardedTo(typeof(System.Reactive.PlatformServices.EnlightenmentProvider))]
